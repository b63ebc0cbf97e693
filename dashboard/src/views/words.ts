/** How things are called on the page. */
import type { MemberSight } from '#rpc/generated/relevo/v1/sight';

/** What a node is, beyond whether it runs. */
export type Standing =
  | 'leader'
  | 'follower'
  | 'candidate'
  | 'pre-candidate'
  | 'learner'
  | 'down'
  | 'paused'
  | 'silent'
  | 'failed'
  | 'starting';

const ICONS: Readonly<Record<Standing, string>> = {
  leader: '★',
  follower: '●',
  candidate: '?',
  'pre-candidate': '…',
  learner: '○',
  down: '✕',
  paused: '‖',
  silent: '∅',
  failed: '!',
  starting: '·',
};

export function standingOf({ state, sight }: MemberSight): Standing {
  if (state === 'down' || state === 'paused' || state === 'silent') return state;
  if (sight === undefined) return 'starting';
  if (sight.failure !== '') return 'failed';
  return sight.role as Standing;
}

export const iconOf = (standing: Standing): string => ICONS[standing];

/** One of eight colours that people tell apart; a term keeps its own. */
export const termClass = (term: number): string => `term-${String(term % 8)}`;

export function msText(ms: number): string {
  if (ms < 1_000) return `${ms.toFixed(0)} ms`;
  return ms < 60_000 ? `${(ms / 1_000).toFixed(1)} s` : `${(ms / 60_000).toFixed(1)} min`;
}

/** `1:02.34`; before the source began, `before`. */
export function clockText(ms: number): string {
  if (ms < 0) return 'before';
  const minutes = Math.floor(ms / 60_000);
  const seconds = (ms % 60_000) / 1_000;
  return `${String(minutes)}:${seconds.toFixed(2).padStart(5, '0')}`;
}

export const KIND_TEXTS: Readonly<Record<string, string>> = {
  'append-request': 'entries',
  'append-reply': 'acknowledged',
  'heartbeat-request': 'heartbeat',
  'heartbeat-reply': 'heartbeat reply',
  'pre-vote-request': 'would you vote for me?',
  'pre-vote-reply': 'pre-vote',
  'vote-request': 'vote for me',
  'vote-reply': 'vote',
  'timeout-now': 'take over',
  'checkpoint-chunk': 'checkpoint',
  'checkpoint-reply': 'checkpoint stored',
  'read-index-request': 'how far?',
  'read-index-reply': 'so far',
};

/** Five sorts of messages, by colour and shape. */
export function flightClass(kind: string): string {
  if (kind.startsWith('append')) return 'flight-entries';
  if (kind.startsWith('heartbeat')) return 'flight-heartbeat';
  if (kind.includes('vote') || kind === 'timeout-now') return 'flight-vote';
  if (kind.startsWith('checkpoint')) return 'flight-checkpoint';
  return 'flight-other';
}
