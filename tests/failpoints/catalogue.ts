/**
 * Every step that a failpoint stands before or after, with one line on what dies with a process there. A
 * point is a step and a side of it; `npm run failpoints` reaches each of them, on each part that is named.
 */

/** `half`: within a write, when half of its bytes are in the file. */
export type Side = 'before' | 'half' | 'after';

/**
 * Whose process it is: that of the leader; of a node that follows; of one that asks for votes; of one that
 * is starting; or of the proxy.
 */
export type Part = 'leader' | 'follower' | 'candidate' | 'starter' | 'proxy';

/** What is done besides the load so that the step is taken (`run/stages.ts`). */
export type Stage =
  /** Nothing. */
  | 'load'
  /** Nothing, and little of a load. */
  | 'lull'
  /** The leadership is handed from the node, to it, or between two others. */
  | 'hand-away'
  | 'hand-to'
  | 'hand-elsewhere'
  /** Another node, which leads, is killed. */
  | 'leader-dies'
  /** The leader writes what nobody hears of, and is replaced. */
  | 'cut'
  /** A follower (the node itself, or another one if the node leads) misses what is no longer kept. */
  | 'behind'
  /** The node is killed, and dies again while it starts. */
  | 'restart'
  /** Likewise, and what it left was half a line, or an unfinished file. */
  | 'torn'
  | 'unfinished'
  /** The very first start of a cluster. */
  | 'fresh';

export interface Step {
  readonly sides: readonly Side[];
  readonly parts: readonly Part[];
  readonly stage: Stage;
  /** What may be lost, or be left half done. */
  readonly loses: string;
}

const BOTH: readonly Side[] = ['before', 'after'];
const NODES: readonly Part[] = ['leader', 'follower'];
const ON_LOAD = { sides: BOTH, parts: NODES, stage: 'load' } as const;
const OF_LEADER = { sides: BOTH, parts: ['leader'], stage: 'load' } as const;
const OF_FOLLOWER = { sides: BOTH, parts: ['follower'], stage: 'load' } as const;
const ON_CUT = { sides: BOTH, parts: ['follower'], stage: 'cut' } as const;
const ON_INTAKE = { sides: BOTH, parts: ['follower'], stage: 'behind' } as const;
const ON_START = { sides: BOTH, parts: ['starter'], stage: 'restart' } as const;
const AT_FIRST = { sides: BOTH, parts: ['starter'], stage: 'fresh' } as const;
const OF_PROXY = { sides: BOTH, parts: ['proxy'], stage: 'load' } as const;

const stepsOf = <Name extends string>(steps: Record<Name, Step>): Readonly<Record<Name, Step>> =>
  Object.freeze(steps);

export const STEPS = stepsOf({
  // The log.
  'log-write': {
    ...ON_LOAD,
    sides: ['before', 'half', 'after'],
    loses:
      'entries in memory alone; half a line at the end of the file; a line that no sync covers',
  },
  'log-sync': { ...ON_LOAD, sides: ['after'], loses: 'the word that the entries are durable' },
  'log-note': {
    ...ON_LOAD,
    stage: 'lull',
    loses: 'the note of what is synced and committed, written alone',
  },
  'segment-create': { ...ON_LOAD, loses: 'a new segment, whose name is not durable yet' },
  'segment-create-directory': { ...ON_LOAD, loses: "the word that the segment's name is durable" },
  'segment-remove': { ...ON_LOAD, loses: 'nothing: a checkpoint stands for the segment' },
  'segment-remove-directory': { ...ON_LOAD, loses: 'the durability of the removal' },
  // The cut of a tail that contradicts the leader.
  'cut-write': { ...ON_CUT, loses: 'the announcement of the cut' },
  'cut-sync': { ...ON_CUT, loses: 'the announcement, not yet under its name' },
  'cut-rename': { ...ON_CUT, loses: 'nothing; after it a start has to finish the cut' },
  'cut-directory': { ...ON_CUT, loses: 'nothing; a start has to finish the cut' },
  'cut-truncate': { ...ON_CUT, loses: 'the cut itself, announced or done' },
  'cut-truncate-sync': { ...ON_CUT, loses: 'the durability of the cut' },
  'cut-remove': { ...ON_CUT, loses: 'nothing; a cut that is done is announced still' },
  'cut-remove-directory': { ...ON_CUT, loses: 'the durability of the end of the announcement' },
  // The vote.
  'vote-write': {
    sides: BOTH,
    parts: ['follower', 'candidate'],
    stage: 'hand-elsewhere',
    loses: 'a vote that nobody heard of',
  },
  'vote-sync': {
    sides: BOTH,
    parts: ['follower', 'candidate'],
    stage: 'hand-elsewhere',
    loses: 'a vote, not yet under its name',
  },
  'vote-rename': {
    sides: BOTH,
    parts: ['follower', 'candidate'],
    stage: 'hand-elsewhere',
    loses: 'a vote before it, the answer after it',
  },
  'vote-directory': {
    sides: BOTH,
    parts: ['follower', 'candidate'],
    stage: 'hand-elsewhere',
    loses: 'the answer or the request that rests on the vote',
  },
  // Checkpoints of the node's own.
  'checkpoint-begin': {
    ...ON_LOAD,
    loses: 'a checkpoint that is not begun; an unfinished file stays',
  },
  'checkpoint-slice': { ...ON_LOAD, loses: 'a part of an unfinished file' },
  'checkpoint-footer': { ...ON_LOAD, loses: 'the end of an unfinished file' },
  'checkpoint-sync': { ...ON_LOAD, loses: 'a whole checkpoint, not yet under its name' },
  'checkpoint-rename': { ...ON_LOAD, loses: 'the new one before it; after it two stand' },
  'checkpoint-directory': { ...ON_LOAD, loses: "the durability of the new one's name" },
  'checkpoint-purge': { ...ON_LOAD, loses: 'nothing: the new one stands' },
  'checkpoint-purge-directory': { ...ON_LOAD, loses: 'the durability of the removal' },
  // A checkpoint on its way to a follower.
  'checkpoint-read': {
    ...OF_LEADER,
    stage: 'behind',
    loses: 'a piece of the transfer, read and not sent',
  },
  'send-checkpoint-chunk': {
    ...OF_LEADER,
    stage: 'behind',
    loses: 'the sender of a transfer; another one goes on',
  },
  'send-checkpoint-reply': { ...ON_INTAKE, loses: 'the word of how far the transfer is' },
  'intake-begin': { ...ON_INTAKE, loses: 'the first piece of a received checkpoint' },
  'intake-append': { ...ON_INTAKE, loses: 'the pieces so far: recovery removes them' },
  'intake-sync': { ...ON_INTAKE, loses: 'a whole received checkpoint, not yet under its name' },
  'intake-rename': {
    ...ON_INTAKE,
    loses: 'the checkpoint before it; after it the log is older than the checkpoint',
  },
  'intake-directory': { ...ON_INTAKE, loses: "the durability of the received one's name" },
  'install-checkpoint': { ...ON_INTAKE, loses: 'the state in memory: the file stands' },
  'log-replace-write': { ...ON_INTAKE, loses: 'the log that begins behind the checkpoint' },
  'log-replace-sync': { ...ON_INTAKE, loses: 'that log, not yet under its name' },
  'log-replace-rename': {
    ...ON_INTAKE,
    loses: 'nothing; two logs stand after it, one of them replaced',
  },
  'log-replace-directory': { ...ON_INTAKE, loses: "the durability of the new log's name" },
  // Messages between nodes.
  'send-append': {
    ...OF_LEADER,
    loses: 'entries that one follower lacks; after it, the only one to count them',
  },
  'send-append-reply': { ...OF_FOLLOWER, loses: 'an acknowledgement of what is durable' },
  'send-heartbeat': { ...OF_LEADER, loses: 'a sign of life, and a commit index' },
  'send-heartbeat-reply': { ...OF_FOLLOWER, loses: 'the confirmation of a round' },
  'send-pre-vote-request': {
    sides: BOTH,
    parts: ['candidate'],
    stage: 'leader-dies',
    loses: 'a candidacy before its term',
  },
  'send-pre-vote-reply': {
    sides: BOTH,
    parts: ['follower'],
    stage: 'leader-dies',
    loses: "a candidate's leave to ask",
  },
  'send-vote-request': {
    sides: BOTH,
    parts: ['candidate'],
    stage: 'hand-to',
    loses: 'a candidacy whose vote for itself is durable',
  },
  'send-vote-reply': {
    sides: BOTH,
    parts: ['follower'],
    stage: 'hand-elsewhere',
    loses: 'a vote that is durable and that nobody counted',
  },
  'send-timeout-now': {
    ...OF_LEADER,
    stage: 'hand-away',
    loses: 'a hand-over; after it, the old leader at once',
  },
  'send-read-question': { ...OF_FOLLOWER, loses: 'the question for all reads that came in' },
  'send-read-answer': { ...OF_LEADER, loses: 'the index that a follower waits for' },
  'send-forwarded-request': { ...OF_FOLLOWER, loses: 'a request of a client that asked this node' },
  'send-forwarded-reply': { ...OF_LEADER, loses: 'the answer to a request that is done' },
  // What is committed and applied.
  'apply-write': { ...ON_LOAD, loses: 'the state in memory; the answer' },
  'apply-open-session': { ...ON_LOAD, loses: 'an opened session whose id nobody has heard' },
  'apply-close-session': { ...ON_LOAD, loses: 'nothing' },
  'apply-expire-session': { ...ON_LOAD, loses: 'nothing: the next leader grants a full term' },
  'apply-compact': { ...ON_LOAD, loses: 'nothing; the same history goes at the next start' },
  'apply-marker': { ...ON_LOAD, loses: 'the beginning of a checkpoint' },
  'apply-empty': { ...ON_LOAD, stage: 'hand-to', loses: "a new leader's first commit" },
  // Answers.
  'send-answer': { ...OF_LEADER, loses: 'answers to writes that are done' },
  'send-read-result': { ...OF_FOLLOWER, loses: 'answers to reads' },
  'publish-state': { ...ON_LOAD, loses: 'what proxies route by' },
  // A start.
  'recover-identity': { ...ON_START, loses: 'nothing: it was read' },
  'recover-vote': { ...ON_START, loses: 'nothing: it was read' },
  'recover-checkpoint': { ...ON_START, loses: 'nothing: it was read' },
  'recover-log': { ...ON_START, loses: 'nothing: it was read' },
  'recover-sync': { ...ON_START, loses: 'the durability of what was found' },
  'recover-directory': { ...ON_START, loses: 'the durability of the names that were found' },
  'recover-unfinished': {
    ...ON_START,
    stage: 'unfinished',
    loses: 'an unfinished file, of which nothing was told',
  },
  'recover-aside': { ...ON_START, stage: 'torn', loses: 'the copy of a torn tail' },
  'recover-cut': { ...ON_START, stage: 'torn', loses: 'a torn tail, which nothing confirms' },
  'send-first': { ...ON_START, loses: 'the first message of a new life' },
  // The first start.
  'first-folders': { ...AT_FIRST, loses: 'a directory that is half made' },
  'first-segment': { ...AT_FIRST, loses: 'a directory without vote and identity' },
  'first-vote': { ...AT_FIRST, loses: 'a directory without identity, which counts as blank' },
  'first-identity': { ...AT_FIRST, loses: 'nothing; after it the directory is a node' },
  'identity-write': { ...AT_FIRST, loses: 'that the node has asked for the leadership' },
  'identity-sync': { ...AT_FIRST, loses: 'the same, not yet under its name' },
  'identity-rename': { ...AT_FIRST, loses: 'the one chance to ask, which may go unused' },
  'identity-directory': { ...AT_FIRST, loses: 'the one chance to ask, which may go unused' },
  'apply-member': { ...AT_FIRST, loses: 'the record of whose directory a node came with' },
  // The proxy.
  'proxy-send-writes': { ...OF_PROXY, loses: 'writes that no node has; after it, their answers' },
  'proxy-send-reads': { ...OF_PROXY, loses: 'reads, or their answers' },
  'proxy-answer': { ...OF_PROXY, loses: 'answers to what is done' },
});

export type StepName = keyof typeof STEPS;

/** Names a failpoint: `log-write:before`. */
export interface Point {
  readonly step: StepName;
  readonly side: Side;
}

export const STEP_NAMES = Object.keys(STEPS) as readonly StepName[];

export const isStepName = (name: string): name is StepName => Object.hasOwn(STEPS, name);

export const pointsOf = (step: StepName): readonly Point[] =>
  STEPS[step].sides.map((side) => ({ step, side }));

export const POINTS: readonly Point[] = STEP_NAMES.flatMap(pointsOf);

export const nameOf = ({ step, side }: Point): string => `${step}:${side}`;
