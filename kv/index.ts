/** The replicated state: what commands do, how they are written, and how the state is. */
export { backupLines, restoredState, type RestoredState } from './backup.js';
export { fromBase64, toBase64 } from './base64.js';
export { fromBytes, fromText, prefixEnd, toBytes, toText } from './byte-string.js';
export type { CheckpointCursor, CursorState } from './checkpoint-cursor.js';
export { CheckpointMalformed } from './checkpoint-restore.js';
export { CommandMalformed, decodeCommand } from './command-decoding.js';
export { encodeCommand } from './command-encoding.js';
export { formatOfState, formatRaisedBy } from './format-level.js';
export type { Member } from './members.js';
export type { RangeCursor, RangeCursorState } from './range-cursor.js';
export { productionRules, type StateRules } from './rules.js';
export { Store, type StoreState } from './store.js';
export * from './types.js';
export { isReadOnly, validate } from './validation.js';
