/** One core by itself: a test plays its disk, its peers and its clock. */
import type {
  Effect,
  Entry,
  EntryBody,
  Membership,
  Message,
  RaftConfig,
  RaftEvent,
  RaftStart,
} from '../index.js';
import { logIndex, nodeId, Raft, term } from '../index.js';

type EffectOf<Type extends Effect['type']> = Effect & { readonly type: Type };
type MessageOf<Type extends Message['type']> = Message & { readonly type: Type };

export const members = (voters: number[], learners: number[] = []): Membership => ({
  voters: voters.map(nodeId),
  learners: learners.map(nodeId),
});

export const at = (index: number, of: number) => ({ index: logIndex(index), term: term(of) });

export const command = (text: string): EntryBody => ({ kind: 'command', text });

/** Entries with these terms, from index 1 (or `first`) on; a command names its index and term. */
export function entriesOf(terms: number[], first = 1): Entry[] {
  return terms.map((of, position) => ({
    ...at(first + position, of),
    body: command(`"entry":"${String(first + position)}/${String(of)}"`),
  }));
}

export function startOf(start: Partial<RaftStart> = {}): RaftStart {
  return {
    vote: { term: term(0), votedFor: null },
    base: at(0, 0),
    entries: [],
    commitIndex: start.checkpoint?.index ?? logIndex(0),
    membership: members([1, 2, 3]),
    checkpoint: null,
    mayCampaign: true,
    ...start,
  };
}

export function configOf(config: Partial<RaftConfig> = {}): RaftConfig {
  return {
    id: nodeId(1),
    electionTimeoutMsMin: 1000,
    electionTimeoutMsMax: 2000,
    heartbeatMs: 100,
    seed: 7,
    hints: true,
    ...config,
  };
}

export class Solo {
  raft: Raft;
  now = 0;
  /** Of the last step. */
  effects: Effect[] = [];
  /** Of all steps. */
  history: Effect[] = [];
  /** Whether each write is reported durable at once. */
  disk: 'instant' | 'by hand';

  constructor(
    config: Partial<RaftConfig> = {},
    start: Partial<RaftStart> = {},
    disk: 'instant' | 'by hand' = 'instant',
  ) {
    this.raft = new Raft(configOf(config), startOf(start));
    this.disk = disk;
    this.step({ type: 'tick' });
  }

  /** Takes the event, and with an instant disk the reports that follow from it. */
  step(event: RaftEvent): Effect[] {
    const effects = this.raft.step(event, this.now);
    this.history.push(...effects);
    if (this.disk === 'by hand') return (this.effects = effects);
    const all = effects.slice();
    for (const effect of effects) {
      const report = reportOf(effect);
      if (report !== null) all.push(...this.step(report));
    }
    return (this.effects = all);
  }

  from(node: number, message: Message): Effect[] {
    return this.step({ type: 'message', from: nodeId(node), message });
  }

  tick(): Effect[] {
    return this.step({ type: 'tick' });
  }

  /** Ticks at every deadline on the way. */
  wait(ms: number): Effect[] {
    const until = this.now + ms;
    const all: Effect[] = [];
    while (this.raft.deadline() <= until) {
      this.now = Math.max(this.now, this.raft.deadline());
      all.push(...this.tick());
    }
    this.now = until;
    return (this.effects = all);
  }

  propose(...texts: string[]): Effect[] {
    return this.step({ type: 'propose', bodies: texts.map(command) });
  }

  /** Of the last step, those of one kind. */
  all<Type extends Effect['type']>(type: Type): EffectOf<Type>[] {
    return this.effects.filter((effect): effect is EffectOf<Type> => effect.type === type);
  }

  one<Type extends Effect['type']>(type: Type): EffectOf<Type> {
    const [effect, ...more] = this.all(type);
    if (effect === undefined || more.length > 0) {
      throw new Error(`wanted one ${type}, got ${JSON.stringify(this.effects)}`);
    }
    return effect;
  }

  /** Messages of the last step, of one kind, to one node or to all. */
  sent<Type extends Message['type']>(type: Type, to?: number): MessageOf<Type>[] {
    return this.all('send')
      .filter((effect) => to === undefined || effect.to === to)
      .map((effect) => effect.message)
      .filter((message): message is MessageOf<Type> => message.type === type);
  }

  sentOne<Type extends Message['type']>(type: Type, to?: number): MessageOf<Type> {
    const [message, ...more] = this.sent(type, to);
    if (message === undefined || more.length > 0) {
      throw new Error(`wanted one ${type}, got ${JSON.stringify(this.effects)}`);
    }
    return message;
  }

  get log(): readonly Entry[] {
    return this.raft.dump().log.entries;
  }

  get terms(): number[] {
    return this.log.map((entry) => entry.term);
  }

  /** Expires the timer and takes the votes of the others. */
  elect(...voters: number[]): this {
    if (this.raft.role !== 'pre-candidate') {
      this.now = Math.max(this.now, this.raft.deadline());
      this.step({ type: 'campaign' });
    }
    this.grantPreVotes(...voters);
    return this.grantVotes(...voters);
  }

  grantPreVotes(...voters: number[]): this {
    const from = this.raft.term;
    for (const voter of voters) {
      const proposedTerm = term(from + 1);
      this.from(voter, { type: 'pre-vote-reply', term: from, granted: true, proposedTerm });
    }
    return this;
  }

  grantVotes(...voters: number[]): this {
    for (const voter of voters) {
      this.from(voter, { type: 'vote-reply', term: this.raft.term, granted: true });
    }
    return this;
  }

  append(from: number, of: number, previous: [number, number], entries: Entry[], commit = 0) {
    return this.from(from, {
      type: 'append-request',
      term: term(of),
      previous: at(...previous),
      entries,
      commitIndex: logIndex(commit),
    });
  }

  heartbeat(from: number, of: number, commit = 0, round = 0): Effect[] {
    const commitIndex = logIndex(commit);
    return this.from(from, { type: 'heartbeat-request', term: term(of), commitIndex, round });
  }

  acknowledge(from: number, match: number, of: number = this.raft.term): Effect[] {
    const matchIndex = logIndex(match);
    return this.from(from, { type: 'append-reply', term: term(of), success: true, matchIndex });
  }

  refuse(from: number, refused: number, hint: [number, number]): Effect[] {
    const refusedIndex = logIndex(refused);
    const now = this.raft.term;
    return this.from(from, {
      type: 'append-reply',
      term: now,
      success: false,
      refusedIndex,
      hint: at(...hint),
    });
  }

  replyHeartbeat(from: number, round: number, match = 0): Effect[] {
    const matchIndex = logIndex(match);
    return this.from(from, { type: 'heartbeat-reply', term: this.raft.term, round, matchIndex });
  }
}

/** What a disk says that has done it. */
export function reportOf(effect: Effect): RaftEvent | null {
  if (effect.type === 'persist-vote') return { type: 'vote-durable', vote: effect.vote };
  if (effect.type !== 'append-log') return null;
  const last = effect.entries.at(-1);
  return last === undefined
    ? null
    : { type: 'log-durable', last: { index: last.index, term: last.term } };
}

/** A log of these terms, and the newest of them as the current one. */
export const startWith = (...terms: number[]): Partial<RaftStart> => ({
  vote: { term: term(terms.at(-1) ?? 0), votedFor: null },
  entries: entriesOf(terms),
});

/** A leader of three, by the vote of node 2, whose empty entry nobody has acknowledged yet. */
export const leaderOfThree = (...args: ConstructorParameters<typeof Solo>): Solo =>
  new Solo(...args).elect(2);
