/** All targets. A worker knows them by their places here. */
import type { Target } from '../target.js';
import { apply, command } from './command.js';
import { payload } from './payload.js';
import { PLANTED_TARGETS } from './planted.js';
import { sessionReplies, sessionRequests } from './session-codec.js';

/** Found by name alone: they have bugs in them. */
export const PLANTED: ReadonlySet<string> = new Set(PLANTED_TARGETS.map(({ name }) => name));

export const TARGETS: readonly Target[] = [
  ...[sessionRequests, sessionReplies, payload, command, apply],
  ...PLANTED_TARGETS,
];
