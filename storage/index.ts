export * from './types.js';
export { Storage, STORAGE_OPTIONS, type StorageOptions, type StorageState } from './storage.js';
export type { CheckpointSource, Marker } from './checkpoints.js';
export { decodeLines, encodeEntries, LinesMalformed, StoredEntry } from './record.js';
export { RULES, type StorageRules } from './rules.js';
export {
  backupFile,
  readBackup,
  restoreDirectory,
  type Backup,
  type BackupHeader,
} from './backup.js';
export { Refused, type Steps } from './start.js';
export {
  compare,
  inspect,
  type Comparison,
  type Difference,
  type InspectedCheckpoint,
  type InspectedEntry,
  type InspectedNote,
  type Inspection,
  type NamedInspection,
  type Standing,
} from './inspect.js';
