/**
 * What a node may do next, by the real core. A step depends on the node and what happens to it alone,
 * so each is taken once and remembered: worlds, of which there are many more than nodes, are made of
 * remembered steps.
 */
import type { Effect, Message, RaftConfig, RaftEvent, RaftState, Rules } from '#raft';
import { InvariantBroken, Raft } from '#raft';
import type { Bound } from './bound.js';
import { unitOf } from './bound.js';
import { Catalogue } from './catalogue.js';
import type { Moment } from './clock.js';
import { configOf, momentTime, timeless } from './clock.js';
import { crashed, logWritten, queued, voteWritten } from './disk.js';
import type { Disk } from './disk.js';
import { encodeMessage, encodeNode } from './encoding.js';
import type { Facts } from './facts.js';
import { brokenByDisk, brokenBySending, brokenByStep, factsOf, same } from './facts.js';
import type { NodeState } from './node-state.js';
import { commandOf, started } from './node-state.js';
import type { Property } from './properties.js';
import { Violation } from './properties.js';

/** A message on its way. */
export interface Letter {
  readonly from: number;
  readonly to: number;
  readonly message: Message;
}

export type Happening =
  | { readonly kind: 'message'; readonly letter: Letter; readonly moment: Moment }
  | { readonly kind: 'timeout' | 'heartbeat' | 'proposal' | 'vote written' }
  | { readonly kind: 'log written'; readonly writes: number }
  | {
      readonly kind: 'crash';
      readonly voteToo: boolean;
      readonly writes: number;
      readonly commit: number;
    };

/** One way for a node to go on. */
export interface Step {
  readonly happening: Happening;
  /** What it uses up, in a packed number. */
  readonly cost: number;
  readonly next: number;
  readonly sent: readonly number[];
  /** Whether history, or the agreement of logs, has to be looked at. */
  readonly notable: boolean;
  readonly logChanged: boolean;
  /** What is wrong with it whatever the rest of the world is. */
  readonly broken: Violation | null;
}

/** A step in full, for people. */
export interface Told {
  readonly node: NodeState;
  readonly effects: readonly Effect[];
}

const MESSAGES_MAX = 2 ** 24;

export class Steps {
  readonly nodes = new Catalogue<NodeState>(encodeNode);
  readonly letters = new Catalogue<Letter>((to, { from, to: receiver, message }, order) => {
    encodeMessage(to.begin(), from, receiver, message, order);
  });
  readonly facts: Facts[] = [];
  /** How often the core took a step. */
  taken = 0;
  private readonly own: (readonly Step[] | undefined)[] = [];
  private readonly received = new Map<number, readonly Step[]>();
  private readonly configs: readonly RaftConfig[];

  constructor(
    private readonly bound: Bound,
    rulesOf: (node: number) => Rules,
    private readonly checked: ReadonlySet<Property>,
  ) {
    const batchBytes = 66 * bound.batch;
    this.configs = [0, 1, 2, 3].map((node) => configOf(node, rulesOf(node), batchBytes));
  }

  configOf(node: number): RaftConfig {
    const config = this.configs[node];
    if (config === undefined) throw new RangeError(`there is no node ${node}`);
    return config;
  }

  numberOf(node: NodeState): number {
    const number = this.nodes.number(node);
    if (number === this.facts.length) this.facts.push(factsOf(node));
    return number;
  }

  factsOf(number: number): Facts {
    const facts = this.facts[number];
    if (facts === undefined) throw new RangeError(`there is no node number ${number}`);
    return facts;
  }

  /** What a node may do by itself. */
  byItself(number: number): readonly Step[] {
    let steps = this.own[number];
    if (steps === undefined) {
      steps = this.all(number, happeningsOf(this.nodes.get(number), this.bound));
      this.own[number] = steps;
    }
    return steps;
  }

  /** What it may do with a message. */
  onMessage(number: number, letterNumber: number): readonly Step[] {
    const key = number * MESSAGES_MAX + letterNumber;
    let steps = this.received.get(key);
    if (steps === undefined) {
      const letter = this.letters.get(letterNumber);
      steps = this.all(number, [
        { kind: 'message', letter, moment: 'at-once' },
        { kind: 'message', letter, moment: 'silence' },
      ]);
      this.received.set(key, steps);
    }
    return steps;
  }

  private all(number: number, happenings: readonly Happening[]): Step[] {
    const steps: Step[] = [];
    for (const happening of happenings) {
      const step = this.step(number, happening);
      if (step !== null && !steps.some((other) => isSame(step, other))) steps.push(step);
    }
    return steps;
  }

  /** Null: it leads out of the bound, or the node stops. */
  private step(number: number, happening: Happening): Step | null {
    const before = this.nodes.get(number);
    this.taken += 1;
    const cost = costOf(happening);
    try {
      const { node, effects } = this.tell(before, happening);
      if (node.core.outbox.current.term > this.bound.terms) return null;
      const next = this.numberOf(node);
      const sent: number[] = [];
      for (const effect of effects) {
        if (effect.type !== 'send') continue;
        sent.push(this.letters.number({ from: before.id, to: effect.to, message: effect.message }));
      }
      const was = this.factsOf(number);
      const now = this.factsOf(next);
      const logChanged = !same(was.log, now.log);
      const elected = now.leads && !(was.leads && was.term === now.term);
      const notable = elected || now.commit > was.commit;
      const broken = this.broken(before, node, effects, happening);
      return { happening, cost, next, sent, notable, logChanged, broken };
    } catch (error) {
      if (!(error instanceof InvariantBroken)) throw error;
      if (!this.checked.has('the core goes on')) return null;
      const broken = new Violation('the core goes on', error.message);
      return { happening, cost, next: number, sent: [], notable: false, logChanged: false, broken };
    }
  }

  private broken(
    before: NodeState,
    after: NodeState,
    effects: readonly Effect[],
    happening: Happening,
  ): Violation | null {
    const found: (Violation | null)[] = [brokenByDisk(before.id, before.disk, after.disk)];
    if (happening.kind !== 'crash') found.push(brokenByStep(factsOf(before), factsOf(after)));
    for (const effect of effects) {
      if (effect.type === 'send') found.push(brokenBySending(before.id, effect, after.disk));
    }
    return found.find((each) => each !== null && this.checked.has(each.property)) ?? null;
  }

  /** The step itself. Throws InvariantBroken if the core finds itself broken. */
  tell(node: NodeState, happening: Happening): Told {
    if (happening.kind === 'crash') {
      const disk = crashed(node.disk, happening.voteToo, happening.writes);
      return { node: started(this.configOf(node.id), disk, happening.commit), effects: [] };
    }
    const { disk, event, moment } = eventOf(node, happening);
    const raft = Raft.load(this.configOf(node.id), node.core);
    const effects = raft.step(event, momentTime(moment));
    const core: RaftState = timeless(raft.dump());
    return { node: { id: node.id, core, disk: effects.reduce(queued, disk) }, effects };
  }
}

/** The same way to go on, by whatever time it was. */
const isSame = (one: Step, other: Step): boolean =>
  one.next === other.next && one.cost === other.cost && same(one.sent, other.sent);

function costOf({ kind }: Happening): number {
  switch (kind) {
    case 'timeout':
      return unitOf('timeouts');
    case 'heartbeat':
      return unitOf('heartbeats');
    case 'proposal':
      return unitOf('entries');
    case 'crash':
      return unitOf('crashes');
    case 'message':
    case 'vote written':
    case 'log written':
      return 0;
  }
}

interface Due {
  readonly disk: Disk;
  readonly event: RaftEvent;
  readonly moment: Moment;
}

function eventOf({ id, disk }: NodeState, happening: Exclude<Happening, { kind: 'crash' }>): Due {
  switch (happening.kind) {
    case 'message': {
      const { letter, moment } = happening;
      const { from, message } = letter;
      return { disk, event: { type: 'message', from: from as never, message }, moment };
    }
    case 'timeout':
      return { disk, event: { type: 'tick' }, moment: 'silence' };
    case 'heartbeat':
      return { disk, event: { type: 'tick' }, moment: 'heartbeat' };
    case 'proposal':
      return { disk, event: { type: 'propose', bodies: [commandOf(id)] }, moment: 'at-once' };
    case 'vote written': {
      if (disk.writingVote === null) throw new Error('no vote record is being written');
      const event = { type: 'vote-durable', vote: disk.writingVote } as const;
      return { disk: voteWritten(disk), event, moment: 'at-once' };
    }
    case 'log written': {
      const last = disk.writingLog[happening.writes - 1];
      if (last?.kind !== 'entry' || last.report === null) throw new Error('nothing to report');
      const event = { type: 'log-durable', last: last.report } as const;
      return { disk: logWritten(disk, happening.writes), event, moment: 'at-once' };
    }
  }
}

export function happeningsOf({ core, disk }: NodeState, bound: Bound): Happening[] {
  const found: Happening[] = [];
  const leads = core.role === 'leader';
  if (leads || core.outbox.current.term < bound.terms) found.push({ kind: 'timeout' });
  if (leads) found.push({ kind: 'heartbeat' }, { kind: 'proposal' });
  if (disk.writingVote !== null) found.push({ kind: 'vote written' });
  for (const [at, write] of disk.writingLog.entries()) {
    if (write.kind === 'entry' && write.report !== null) {
      found.push({ kind: 'log written', writes: at + 1 });
    }
  }
  // The disk's own note of what is committed speaks of durable entries only; it may be an old one.
  const noted = new Set([0, Math.min(core.commitIndex, core.log.durableIndex)]);
  for (const voteToo of disk.writingVote === null ? [false] : [false, true]) {
    for (let writes = 0; writes <= disk.writingLog.length; writes++) {
      for (const commit of noted) {
        found.push({ kind: 'crash', voteToo, writes, commit });
      }
    }
  }
  return found;
}
