/** What goes wrong, when, and how it ends. Every fault is undone by itself, later at the latest. */
import { across, around, between, bridge, isolated, oneWay, parted, ring } from './cuts.js';
import type { Cut, Link } from './cuts.js';
import type { FaultKind, Strike } from './fault-kinds.js';
import type { Losses } from './losses.js';
import type { SimulatedNode } from './node.js';
import type { Operator } from './operator.js';
import type { Process, Surroundings } from './process.js';
import type { SimulatedProxy } from './proxy.js';
import type { SimulatedClient } from './client.js';
import { Random } from './random.js';

export type FaultEvent =
  | { readonly type: 'strike'; readonly strike: Strike }
  | { readonly type: 'restart'; readonly process: number }
  | { readonly type: 'resume'; readonly process: number }
  | { readonly type: 'hunted'; readonly process: number; readonly incarnation: number }
  | { readonly type: 'cut'; readonly links: readonly Link[] }
  | { readonly type: 'heal'; readonly links: readonly Link[] }
  | { readonly type: 'break'; readonly stream: number }
  | { readonly type: 'unclog'; readonly links: readonly Link[] }
  | { readonly type: 'disk-well'; readonly process: number };

/** The processes that things are done to, and what is known of them. */
export interface Targets {
  /** In service. */
  readonly nodes: readonly SimulatedNode[];
  readonly proxies: readonly SimulatedProxy[];
  readonly clients: readonly SimulatedClient[];
  readonly losses: Losses;
  /** Of what it had on its disk nothing counts any more. */
  lost(node: SimulatedNode): void;
  readonly operator: Operator;
  /** Its directory is known to the others, so that they will notice if it comes with another one. */
  isKnown(node: SimulatedNode): boolean;
}

export class Faults {
  /** Links that were cut are whole again. */
  healed = 0;
  /** No more faults. */
  isOver = false;
  /** These stay down. */
  private held: ReadonlySet<Process> = new Set();
  /** Until then leaders do not live long. */
  private huntUntil = 0;
  private hunter = new Random(0);
  /** Until then a leader was misled. */
  private misledUntil = 0;
  /** Until then a leader limps. */
  private limpUntil = 0;
  private readonly strikes: Readonly<Record<FaultKind, (random: Random) => void>>;

  constructor(
    private readonly world: Surroundings,
    private readonly targets: Targets,
    private readonly add: (delayMs: number, event: FaultEvent) => void,
  ) {
    this.strikes = {
      ...this.processStrikes(),
      ...this.cutStrikes(),
      'break-streams': (random) => this.disturbStreams('break-streams', random),
      'hold-streams': (random) => this.disturbStreams('hold-streams', random),
      'late-requests': (random) => this.delayRequests(random),
      clog: (random) => this.clog(random),
      swizzle: (random) => this.swizzle(random),
      'slow-disk': (random) => this.ailDisk('slow-disk', random),
      'stall-disk': (random) => this.ailDisk('stall-disk', random),
      'full-disk': (random) => this.ailDisk('full-disk', random),
      'failing-disk': (random) => this.ailDisk('failing-disk', random),
      rot: (random) => this.lose('rot', random),
      wipe: (random) => this.lose('wipe', random),
      'add-member': () => this.targets.operator.add(),
      'remove-member': (random) => this.removeMember(random),
    };
  }

  private processStrikes() {
    const { targets } = this;
    return {
      'crash-node': (random: Random) => this.crash(random.pick(targets.nodes), random),
      'crash-leader': (random: Random) => this.crash(this.leader(random), random),
      'crash-all': (random: Random) => {
        for (const node of targets.nodes) this.crash(node, random);
      },
      'crash-step': (random: Random) =>
        random.pick(targets.nodes).crashAfter(random.integer(1, 40)),
      'crash-proxy': (random: Random) => this.crash(random.pick(targets.proxies), random),
      'crash-client': (random: Random) => this.crash(random.pick(targets.clients), random),
      'hunt-leaders': (random: Random) => this.hunt(random),
      'freeze-node': (random: Random) => this.freeze(random.pick(targets.nodes), random),
      'freeze-leader': (random: Random) => this.freeze(this.leader(random), random),
      'freeze-proxy': (random: Random) => this.freeze(random.pick(targets.proxies), random),
      'leap-clock': (random: Random) =>
        random.pick(this.everybody()).leap(random.exponential(random.pick([50, 2_000]))),
      'stop-node': (random: Random) =>
        (random.chance(0.5) ? this.leader(random) : random.pick(targets.nodes)).requestStop(),
      transfer: (random: Random) => this.leader(random).requestTransfer(),
    };
  }

  private cutStrikes() {
    const { targets } = this;
    return {
      partition: (random: Random) => this.cut(parted(random, this.everybody()), random),
      'isolate-leader': (random: Random) =>
        this.cut(isolated(random, this.leader(random), targets.nodes, this.everybody()), random),
      'limp-leader': (random: Random) => this.limp(this.leader(random), random),
      'mislead-leader': (random: Random) => this.mislead(this.leader(random), random),
      'one-way': (random: Random) =>
        this.cut(oneWay(random, targets.nodes, this.everybody()), random),
      bridge: (random: Random) => this.cut(bridge(random, targets.nodes), random),
      ring: (random: Random) => this.cut(ring(random, targets.nodes), random),
    };
  }

  begin(): void {
    for (const strike of this.world.plan.strikes) this.add(strike.at, { type: 'strike', strike });
  }

  /** No more faults; what is wrong is put right at once, but for some nodes, which stay down. */
  healAround(core: ReadonlySet<Process>): void {
    this.isOver = true;
    const { network, now } = this.world;
    const all = this.everybody();
    for (const from of all) {
      for (const to of all) {
        network.heal(from.number, to.number, now);
        network.clog(from.number, to.number, 1);
      }
    }
    const down = this.targets.nodes.filter((node) => !core.has(node));
    this.held = new Set(down);
    for (const node of this.targets.nodes) node.disk.mend();
    for (const node of down) node.crash('is kept down');
    this.revive(all.filter((process) => !this.held.has(process)));
  }

  healRest(): void {
    this.held = new Set();
    this.revive(this.targets.nodes);
  }

  private revive(processes: readonly Process[]): void {
    for (const process of processes) {
      process.resume();
      process.start();
    }
  }

  handle(event: FaultEvent): void {
    const { network, now } = this.world;
    switch (event.type) {
      case 'strike':
        if (!this.isOver) this.strike(event.strike);
        return;
      case 'restart': {
        const process = this.process(event.process);
        if (process !== null && !this.held.has(process)) process.start();
        return;
      }
      case 'resume':
        this.process(event.process)?.resume();
        return;
      case 'hunted': {
        const process = this.process(event.process);
        if (this.isOver || process?.incarnation !== event.incarnation) return;
        this.crash(process, this.hunter, 300);
        return;
      }
      case 'cut':
        if (this.isOver) return;
        for (const [from, to] of event.links) network.cut(from, to);
        return;
      case 'heal':
        this.say('links are healed');
        this.healed += 1;
        for (const [from, to] of event.links) network.heal(from, to, now);
        return;
      case 'break':
        network.break(event.stream, now, true);
        return;
      case 'unclog':
        for (const [from, to] of event.links) network.clog(from, to, 1);
        return;
      case 'disk-well':
        this.targets.nodes.find(({ number }) => number === event.process)?.disk.mend();
    }
  }

  /** A process went down by itself, as asked or because its disk failed. */
  restartLater(process: Process, random: Random): void {
    this.add(random.between(10, 1_000), { type: 'restart', process: process.number });
  }

  /** Somebody leads who did not. */
  leaderRose(node: SimulatedNode): void {
    if (this.isOver || this.world.now > this.huntUntil || !this.hunter.chance(0.7)) return;
    const { number, incarnation } = node;
    this.add(this.hunter.exponential(20), { type: 'hunted', process: number, incarnation });
  }

  private strike({ kind, seed }: Strike): void {
    this.world.count(`fault: ${kind}`);
    this.strikes[kind](new Random(seed));
  }

  private crash(process: Process, random: Random, downMs = 800): void {
    if (process.state === 'down') return;
    process.crash('crashes');
    this.add(random.exponential(downMs), { type: 'restart', process: process.number });
  }

  private freeze(process: Process, random: Random): void {
    process.freeze();
    this.add(random.exponential(1_500), { type: 'resume', process: process.number });
  }

  private hunt(random: Random): void {
    this.huntUntil = this.world.now + random.between(1_000, 6_000);
    this.hunter = random;
    this.crash(this.leader(random), random, 300);
  }

  private cut({ what, links }: Cut, random: Random): void {
    this.say(what);
    for (const [from, to] of links) this.world.network.cut(from, to);
    this.add(random.exponential(2_000), { type: 'heal', links });
  }

  /**
   * A leader that its peers don't hear, and whose disk hangs, gets both back at about the same time, and
   * then dies: what it had asked its disk for and what it is told to write instead meet there.
   */
  private limp(leader: SimulatedNode, random: Random): void {
    const links = around(leader, this.targets.nodes);
    // A second one at the same time would leave nobody to follow.
    if (this.world.now < this.limpUntil) return;
    const ms = this.world.plan.electionTimeoutMsMax * random.between(1, 2);
    this.limpUntil = this.world.now + ms + 1_000;
    this.say(`${leader.name} is isolated, and its disk hangs`);
    for (const [from, to] of links) this.world.network.cut(from, to);
    leader.disk.stall(ms + random.between(100, 1_500));
    this.add(ms, { type: 'heal', links });
    const { number, incarnation } = leader;
    const after = ms + random.exponential(1_500);
    this.add(after, { type: 'hunted', process: number, incarnation });
  }

  /**
   * A leader that its peers do not hear any more goes on hearing, late, what they said before; its clients
   * still reach it. Somebody else is elected meanwhile: what it then takes for a confirmation is none. Of
   * some peers it hears nothing more: if one of them is elected, nobody tells it.
   */
  private mislead(leader: SimulatedNode, random: Random): void {
    const { network, now, plan } = this.world;
    const leads = leader.replica?.raft.role === 'leader';
    // One at a time, or nobody could be elected instead.
    if (!leads || now < this.misledUntil) return;
    const ms = plan.electionTimeoutMsMax * random.between(0.85, 1);
    this.misledUntil = now + 2 * ms;
    this.say(`${leader.name} hears its peers late, and is not heard by them`);
    // Some stay with it, too few to elect anybody.
    const others = random.shuffle(this.targets.nodes.filter((node) => node !== leader));
    const few = Math.max(0, Math.floor((others.length - 1) / 2));
    const loyal = others.splice(0, random.integer(0, few));
    for (const { id, kind, ends } of [...network.streams.values()]) {
      const isLate = ends[1] === leader.number && others.some(({ number }) => number === ends[0]);
      if (kind === 'peer' && isLate) network.hold(id, ms, now, [1]);
    }
    const links = [...across([leader], others), ...between(loyal, others)];
    // A heartbeat later, so that there are answers to be late.
    this.add(1.1 * plan.heartbeatMs, { type: 'cut', links });
    const healedAfter = ms + random.between(200, 1_500);
    const silent = across(
      others.filter(() => random.chance(0.5)),
      [leader],
    );
    for (const [from, to] of silent) network.cut(from, to);
    this.add(healedAfter, { type: 'heal', links: [...links, ...silent] });
  }

  /** One node after another loses its links, and they come back in another order (FoundationDB). */
  private swizzle(random: Random): void {
    const some = this.targets.nodes.filter(() => random.chance(0.6));
    this.say(`swizzled: ${some.map(({ name }) => name).join(' ')}`);
    let at = 0;
    for (const node of some) {
      at += random.exponential(200);
      this.add(at, { type: 'cut', links: around(node, this.everybody()) });
    }
    for (const node of random.shuffle([...some])) {
      at += random.exponential(200);
      this.add(at, { type: 'heal', links: around(node, this.everybody()) });
    }
  }

  private disturbStreams(kind: 'break-streams' | 'hold-streams', random: Random): void {
    const { network, now } = this.world;
    const share = random.pick([0.1, 0.3, 1]);
    for (const stream of [...network.streams.keys()]) {
      if (!random.chance(share)) continue;
      if (kind === 'hold-streams') network.hold(stream, random.exponential(1_000), now);
      else network.break(stream, now);
    }
  }

  /**
   * What clients or proxies ask for is on its way for long; they lose patience with the stream, ask again
   * on another one, and go on. Then it arrives.
   */
  private delayRequests(random: Random): void {
    const { network, now } = this.world;
    const senders = random.chance(0.7) ? this.targets.clients : this.targets.proxies;
    this.say('requests are late');
    for (const { id, kind, ends } of [...network.streams.values()]) {
      if (kind !== 'session' || !senders.some(({ number }) => number === ends[0])) continue;
      network.hold(id, random.between(500, 3_000), now, [1]);
      this.add(random.between(20, 400), { type: 'break', stream: id });
    }
  }

  private clog(random: Random): void {
    const { network } = this.world;
    const links = across(this.targets.nodes, this.everybody()).filter(() => random.chance(0.3));
    const factor = random.pick([5, 20, 100]);
    for (const [from, to] of links) network.clog(from, to, factor);
    this.add(random.exponential(2_000), { type: 'unclog', links });
  }

  private ailDisk(
    kind: 'slow-disk' | 'stall-disk' | 'full-disk' | 'failing-disk',
    random: Random,
  ): void {
    const node = random.pick(this.targets.nodes);
    const { disk } = node;
    this.say(`${node.name}: ${kind}`);
    if (kind === 'slow-disk') disk.slowness = random.pick([5, 50, 500]);
    else if (kind === 'stall-disk') disk.stall(random.exponential(1_500));
    else if (kind === 'full-disk') disk.full = true;
    else disk.failNext('failed', random.pick(FAILING_OPERATIONS));
    const well = { type: 'disk-well', process: node.number } as const;
    if (kind !== 'stall-disk') this.add(random.exponential(2_000), well);
  }

  /** Its directory is damaged or gone, for good: a new node takes its place. */
  private lose(kind: 'rot' | 'wipe', random: Random): void {
    const { nodes, losses, operator } = this.targets;
    const node = random.pick(nodes);
    if (!losses.mayLose(node) || !operator.canReplace()) return;
    if (node.state === 'up' && node.replica === null) return;
    if (kind === 'wipe' && !this.targets.isKnown(node)) return;
    node.losePower();
    const restart = { type: 'restart', process: node.number } as const;
    if (kind === 'wipe') {
      this.world.count('disk wiped');
      this.targets.lost(node);
      node.wipe();
      operator.replace(node);
    } else if (node.spoil()) {
      this.world.count('file rotten');
      this.targets.lost(node);
    }
    this.add(random.exponential(500), restart);
  }

  private removeMember(random: Random): void {
    const { nodes, losses, operator } = this.targets;
    const node = random.chance(0.3) ? this.leader(random) : random.pick(nodes);
    // As if it were lost, so that whoever is left can go on.
    if (nodes.length > 3 && losses.mayLose(node)) operator.remove(node);
  }

  private leader(random: Random): SimulatedNode {
    const { nodes } = this.targets;
    const leaders = nodes.filter((node) => node.isUp && node.replica?.raft.role === 'leader');
    return random.pick(leaders.length > 0 ? leaders : nodes);
  }

  private everybody(): readonly Process[] {
    return [...this.targets.nodes, ...this.targets.proxies, ...this.targets.clients];
  }

  /** Null: it is not in service any more. */
  private process(number: number): Process | null {
    return this.everybody().find((process) => process.number === number) ?? null;
  }

  private say(what: string): void {
    this.world.trace.say(this.world.now, 'world', what);
  }
}

/** Null: whatever comes next. */
const FAILING_OPERATIONS = [
  null,
  'append-sync',
  'append',
  'sync',
  'write-file',
  'rename',
  'truncate',
  'sync-directory',
] as const;
