/** The world that somebody acts on: production's machines, and nothing that happens by chance. */
import { nodeId, type Membership, type NodeId } from '#raft';
import { Invariants, PropertyBroken } from '../invariants/index.js';
import type { WorldRules } from '../machines.js';
import { namedNode, type Named } from '../node-config.js';
import type { SimulatedNode } from '../node.js';
import { Operator } from '../operator.js';
import type { Process, Signal } from '../process.js';
import { SimulatedProxy } from '../proxy.js';
import { Random } from '../random.js';
import { Scene } from '../scene.js';
import { Trace } from '../trace.js';
import { Asker } from './asker.js';
import { calmPlan } from './calm-plan.js';
import { Feed } from './feed.js';
import { fork, type Forked } from './fork.js';
import type { Start } from './types.js';
import { PlayWatch, type LastSight } from './watch.js';

/** Members, and those that may still be added. */
export const CAST_MAX = 14;
const PROXY = CAST_MAX;
const EXAMINE_EVERY_MS = 1_000;
const CAMPAIGN_LOOK_MS = 10;
const CAMPAIGN_LOOKS_MAX = 300;

type PlayEvent =
  | { readonly type: 'examine' }
  | { readonly type: 'operate' }
  /** Whoever led before the fork campaigns, once it is connected. */
  | { readonly type: 'campaign'; readonly node: SimulatedNode; readonly looks: number };

export class PlayWorld extends Scene<PlayEvent> {
  /** All that were ever made; those that were removed are not in service. */
  readonly nodes: SimulatedNode[] = [];
  readonly proxy: SimulatedProxy;
  readonly feed = new Feed();
  readonly invariants: Invariants;
  readonly operator: Operator;
  /** Of nodes that are down. */
  readonly lastSights = new Map<number, LastSight>();
  /** What does not hold any more, in the order in which it showed. */
  readonly broken: string[] = [];
  /** Removed for good. */
  readonly dismissed = new Set<SimulatedNode>();
  private readonly askers = new Map<number, Asker>();
  private readonly cast: readonly Named[];
  private readonly voters: readonly NodeId[];
  private readonly watch: PlayWatch;

  constructor(start: Start, rules: WorldRules) {
    const forked = start.files === undefined ? null : fork(start.files, start.seed);
    super(calmPlan(start), new Trace(), null, new Random(start.seed), {
      rules,
      ...(forked === null ? {} : { clusterId: forked.clusterId }),
    });
    this.cast = castOf(start, forked);
    this.voters = this.cast.slice(0, start.nodes).map(({ id }) => id);
    this.invariants = this.makeInvariants(forked);
    this.watch = new PlayWatch(this);
    for (let i = 0; i < start.nodes; i += 1) this.makeMember();
    const ids = this.cast.map(({ id }) => id);
    this.proxy = new SimulatedProxy(this, PROXY, 'proxy', this.rate(), this.nodes, ids);
    this.put(this.proxy);
    this.addAsker(0, this.proxy);
    for (const node of this.nodes) this.addAsker(node.id, node);
    this.operator = this.makeOperator();
    this.begin(forked);
  }

  get isCalm(): boolean {
    return true;
  }

  /** Those that are members, or are to be. */
  get members(): readonly SimulatedNode[] {
    return this.nodes.filter((node) => !this.dismissed.has(node));
  }

  node(id: number): SimulatedNode | null {
    return this.members.find((node) => Number(node.id) === id) ?? null;
  }

  /** Of the newest term; null: nobody leads. */
  get leader(): SimulatedNode | null {
    const leaders = this.members.filter(
      ({ replica, state }) => state === 'up' && replica?.raft.role === 'leader',
    );
    leaders.sort((a, b) => (b.replica?.raft.term ?? 0) - (a.replica?.raft.term ?? 0));
    return leaders[0] ?? null;
  }

  /** `id` 0: who speaks to the proxy. */
  asker(id: number): Asker | null {
    return this.askers.get(id) ?? null;
  }

  /** The next one of the cast; null: there is none left. */
  makeMember(): SimulatedNode | null {
    const number = this.nodes.length;
    const named = this.cast[number];
    if (named === undefined) return null;
    const node = this.makeNode(number, named, this.voters, this.watch);
    node.meet(this.nodes);
    for (const other of this.nodes) other.meet([node]);
    this.nodes.push(node);
    this.put(node);
    return node;
  }

  addAsker(id: number, endpoint: Process): void {
    const name = id === 0 ? 'client' : `client of ${endpoint.name}`;
    const asker = new Asker(this, PROXY + 1 + this.askers.size, name, endpoint);
    this.put(asker);
    this.askers.set(id, asker);
    asker.start();
  }

  name(process: number): { readonly node: number; readonly name: string } {
    const node = this.nodes[process];
    if (node !== undefined) return { node: node.id, name: node.name };
    if (process === PROXY) return { node: 0, name: this.proxy.name };
    const asker = [...this.askers.values()].find(({ number }) => number === process);
    return { node: 0, name: asker?.name ?? '' };
  }

  /** Goes on to this moment, if no event comes before it. */
  wait(until: number): void {
    if (until > this.now && until < this.nextTime) this.run(until);
  }

  /** Does something to a process; one that fails on its own errors is stopped by them, as in production. */
  guard(process: Process, what: () => void): void {
    try {
      what();
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      const property = error instanceof PropertyBroken ? error.property : error.name;
      const text =
        error instanceof PropertyBroken ? error.message : `${property}: ${error.message}`;
      const { node } = this.name(process.number);
      this.breaks(text, node);
      process.crash(`is stopped by its own error: ${text}`);
    }
  }

  breaks(text: string, node = 0): void {
    this.broken.push(text);
    this.feed.say(this.now, node, 'broken', `does not hold any more: ${text}`);
  }

  /** It campaigns when it has met a majority. */
  campaignSoon(node: SimulatedNode): void {
    this.later(CAMPAIGN_LOOK_MS, { type: 'campaign', node, looks: 0 });
  }

  protected override tell(process: Process, signal: Signal): void {
    this.guard(process, () => process.tell(signal));
  }

  protected handleOwn(event: PlayEvent): void {
    switch (event.type) {
      case 'examine':
        this.invariants.examined(this.views.all);
        this.later(EXAMINE_EVERY_MS, event);
        return;
      case 'operate':
        this.operator.look();
        return;
      case 'campaign':
        this.campaign(event.node, event.looks);
    }
  }

  private campaign(node: SimulatedNode, looks: number): void {
    const { replica } = node;
    if (replica?.raft.role !== 'follower' || replica.raft.leader !== null) return;
    const met = this.nodes.filter((peer) => peer !== node && node.isLinkedTo(peer.number)).length;
    const isMet = 2 * (met + 1) > replica.raft.membership.voters.length;
    if (isMet) this.guard(node, () => node.expireElectionTimer());
    else if (looks < CAMPAIGN_LOOKS_MAX)
      this.later(CAMPAIGN_LOOK_MS, { type: 'campaign', node, looks: looks + 1 });
  }

  private makeInvariants(forked: Forked | null): Invariants {
    const first: Membership = forked?.membership ?? { voters: this.voters, learners: [] };
    return new Invariants(
      () => this.views.ever,
      first,
      () => undefined,
      {
        base: forked?.commitIndex ?? 0,
        broken: ({ message }) => {
          this.breaks(message);
        },
      },
    );
  }

  private makeOperator(): Operator {
    return new Operator(
      this,
      {
        isCareful: true,
        nodes: this.nodes,
        membership: () => this.invariants.changes.membership,
        admit: (node) => {
          node.inService = true;
          this.proxy.meet(node);
          this.addAsker(node.id, node);
          this.guard(node, () => node.start());
        },
        dismiss: (node) => {
          node.inService = false;
          this.guard(node, () => node.crash('is switched off, as it is no member any more'));
          this.feed.say(this.now, node.id, 'act', 'is switched off, as it is no member any more');
          this.views.forget(node);
          this.proxy.part(node);
          for (const other of this.nodes) other.part(node);
          this.dismissed.add(node);
        },
        maySpare: () => true,
        again: (delayMs) => {
          this.later(delayMs, { type: 'operate' });
        },
      },
      this.random.fork(),
    );
  }

  private begin(forked: Forked | null): void {
    for (const node of this.nodes) {
      node.inService = true;
      forked?.plant(node);
    }
    this.proxy.start();
    for (const node of this.nodes) {
      if (forked?.isUnknown(node) !== true) this.guard(node, () => node.start());
    }
    if (forked?.led !== undefined) this.watch.campaigner = forked.led;
    this.later(EXAMINE_EVERY_MS, { type: 'examine' });
  }
}

/** Those that are forked first, then others by name and number that are not among them. */
function castOf(start: Start, forked: Forked | null): readonly Named[] {
  const cast: Named[] = [...(forked?.nodes ?? [])];
  const highest = Math.max(0, ...cast.map(({ id }) => id));
  for (let i = 0; cast.length < CAST_MAX; i += 1) {
    const named = namedNode(i);
    if (cast.some(({ name }) => name === named.name)) continue;
    cast.push(forked === null ? named : { ...named, id: nodeId(highest + 1 + i) });
  }
  if (start.nodes > cast.length) throw new RangeError('there are not so many nodes');
  return cast;
}
