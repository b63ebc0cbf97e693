/** All targets. A worker knows them by their places here. */
import type { Target } from '../target.js';
import { clientResults, requestIds } from './client-results.js';
import { clientSession } from './client-session.js';
import { checkpointFile, restore } from './checkpoint.js';
import { backups } from './backups.js';
import { apply, command } from './command.js';
import { commandWords, promptLine } from './command-line.js';
import { inspection, recovery } from './directories.js';
import { peerGreetings, peerMessages } from './peer-message.js';
import { raft } from './raft.js';
import { replica } from './replica.js';
import { router } from './router.js';
import { payload } from './payload.js';
import { PLANTED_TARGETS } from './planted.js';
import { settings } from './settings.js';
import { sessionReplies, sessionRequests } from './session-codec.js';
import { logLines, sealedLines } from './storage-lines.js';

/** Found by name alone: they have bugs in them. */
export const PLANTED: ReadonlySet<string> = new Set(PLANTED_TARGETS.map(({ name }) => name));

export const TARGETS: readonly Target[] = [
  ...[sessionRequests, sessionReplies, payload, command, apply],
  ...[logLines, sealedLines, checkpointFile, restore, recovery, inspection],
  ...[peerMessages, peerGreetings, raft, replica, router, clientSession, clientResults, requestIds],
  ...[settings, commandWords, promptLine, backups],
  ...PLANTED_TARGETS,
];
