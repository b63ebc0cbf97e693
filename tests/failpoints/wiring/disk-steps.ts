/** Which step of the catalogue an operation on the disk is. */
import type { DiskOperation } from '#storage';
import type { StepName } from '../catalogue.js';

const NOTE = new TextEncoder().encode('{"note":');
const END = new TextEncoder().encode('{"end":');
const LINE_FEED = 10;

/** `before`: the step that the lane took last, by which a directory is synced. */
export function diskStep(operation: DiskOperation, before: StepName | null): StepName | null {
  if (operation.op === 'sync-directory') return directoryOf(before);
  const path = operation.op === 'rename' ? operation.to : 'path' in operation ? operation.path : '';
  if (path.startsWith('log/cut.json')) return cutStep(operation);
  if (path.startsWith('log/'))
    return path.endsWith('.tmp') ? replaceStep(operation) : logStep(operation, before);
  if (path.startsWith('data/')) return checkpointStep(operation, path);
  if (path.startsWith('vote.json')) return voteStep(operation);
  return path.startsWith('identity.json') ? identityStep(operation) : null;
}

const DIRECTORIES: Partial<Record<StepName, StepName>> = {
  'segment-create': 'segment-create-directory',
  'segment-remove': 'segment-remove-directory',
  'cut-rename': 'cut-directory',
  'cut-remove': 'cut-remove-directory',
  'vote-rename': 'vote-directory',
  'identity-rename': 'identity-directory',
  'checkpoint-rename': 'checkpoint-directory',
  'checkpoint-purge': 'checkpoint-purge-directory',
  'intake-rename': 'intake-directory',
  'log-replace-rename': 'log-replace-directory',
};

const directoryOf = (before: StepName | null): StepName | null =>
  before === null ? null : (DIRECTORIES[before] ?? null);

function logStep(operation: DiskOperation, before: StepName | null): StepName | null {
  switch (operation.op) {
    case 'append':
    case 'append-sync':
      if (operation.size === 0) return 'segment-create';
      return isOneNote(operation.data) ? 'log-note' : 'log-write';
    case 'rename':
      return 'log-replace-rename';
    case 'remove':
      return 'segment-remove';
    case 'truncate':
      return 'cut-truncate';
    case 'sync':
      return before === 'cut-truncate' ? 'cut-truncate-sync' : null;
    default:
      return null;
  }
}

function cutStep({ op }: DiskOperation): StepName | null {
  if (op === 'write-file') return 'cut-write';
  if (op === 'sync') return 'cut-sync';
  if (op === 'rename') return 'cut-rename';
  return op === 'remove' ? 'cut-remove' : null;
}

function replaceStep({ op }: DiskOperation): StepName | null {
  if (op === 'write-file') return 'log-replace-write';
  return op === 'sync' ? 'log-replace-sync' : null;
}

function voteStep({ op }: DiskOperation): StepName | null {
  if (op === 'write-file') return 'vote-write';
  if (op === 'sync') return 'vote-sync';
  return op === 'rename' ? 'vote-rename' : null;
}

function identityStep({ op }: DiskOperation): StepName | null {
  if (op === 'write-file') return 'identity-write';
  if (op === 'sync') return 'identity-sync';
  return op === 'rename' ? 'identity-rename' : null;
}

function checkpointStep(operation: DiskOperation, path: string): StepName | null {
  const isReceived =
    operation.op === 'rename' ? operation.from.endsWith('.part') : path.endsWith('.part');
  switch (operation.op) {
    case 'write-file':
      return isReceived ? 'intake-begin' : 'checkpoint-begin';
    case 'append':
      if (isReceived) return 'intake-append';
      return startsWith(operation.data, END) ? 'checkpoint-footer' : 'checkpoint-slice';
    case 'sync':
      return isReceived ? 'intake-sync' : 'checkpoint-sync';
    case 'rename':
      return isReceived ? 'intake-rename' : 'checkpoint-rename';
    case 'remove':
      return path.endsWith('.jsonl') ? 'checkpoint-purge' : null;
    case 'read':
      return 'checkpoint-read';
    default:
      return null;
  }
}

/** Of recovery, and of the making of a new directory. */
export function startStep(operation: DiskOperation): StepName | null {
  switch (operation.op) {
    case 'read':
      return readStep(operation.path);
    case 'sync':
      return 'recover-sync';
    case 'sync-directory':
      return 'recover-directory';
    case 'remove':
      return /\.(tmp|part)$/.test(operation.path) ? 'recover-unfinished' : null;
    case 'truncate':
      return 'recover-cut';
    case 'make-directory':
      return 'first-folders';
    case 'write-file':
      if (operation.path.startsWith('quarantine/')) return 'recover-aside';
      return operation.path.startsWith('log/') ? 'first-segment' : null;
    case 'rename':
      if (operation.to === 'vote.json') return 'first-vote';
      return operation.to === 'identity.json' ? 'first-identity' : null;
    default:
      return null;
  }
}

function readStep(path: string): StepName | null {
  if (path === 'identity.json') return 'recover-identity';
  if (path === 'vote.json') return 'recover-vote';
  if (path.startsWith('data/')) return 'recover-checkpoint';
  return path.endsWith('.jsonl') ? 'recover-log' : null;
}

const isOneNote = (data: Uint8Array): boolean =>
  startsWith(data, NOTE) && data.indexOf(LINE_FEED) === data.length - 1;

const startsWith = (data: Uint8Array, beginning: Uint8Array): boolean =>
  beginning.every((byte, at) => data[at] === byte);
