/** What goes wrong, when, and how it ends. Every fault is undone by itself, later at the latest. */
import type { SimulatedNode } from './node.js';
import type { FaultKind } from './plan.js';
import type { Process, Surroundings } from './process.js';
import type { SimulatedProxy } from './proxy.js';
import type { SimulatedClient } from './client.js';

export type FaultEvent =
  | { readonly type: 'fault'; readonly kind: FaultKind }
  | { readonly type: 'restart'; readonly process: number }
  | { readonly type: 'resume'; readonly process: number }
  | { readonly type: 'heal'; readonly links: readonly (readonly [number, number])[] }
  | { readonly type: 'unclog'; readonly links: readonly (readonly [number, number])[] }
  | { readonly type: 'disk-well'; readonly process: number };

/** The processes that things are done to. */
export interface Targets {
  readonly nodes: readonly SimulatedNode[];
  readonly proxies: readonly SimulatedProxy[];
  readonly clients: readonly SimulatedClient[];
}

export class Faults {
  private over = false;

  constructor(
    private readonly world: Surroundings,
    private readonly targets: Targets,
    private readonly add: (delayMs: number, event: FaultEvent) => void,
  ) {}

  begin(): void {
    for (const kind of this.world.plan.faults.keys()) this.next(kind);
  }

  /** No more faults, and what is wrong is put right at once. */
  healAll(): void {
    this.over = true;
    const { network, now } = this.world;
    const all = this.everybody();
    for (const from of all) {
      for (const to of all) {
        network.heal(from.number, to.number, now);
        network.clog(from.number, to.number, 1);
      }
    }
    for (const node of this.targets.nodes) this.mendDisk(node);
    for (const process of all) {
      process.resume();
      process.start();
    }
  }

  handle(event: FaultEvent): void {
    const { network, now } = this.world;
    switch (event.type) {
      case 'fault':
        if (this.over) return;
        this.world.count(`fault: ${event.kind}`);
        this.strike(event.kind);
        this.next(event.kind);
        return;
      case 'restart':
        this.process(event.process).start();
        return;
      case 'resume':
        this.process(event.process).resume();
        return;
      case 'heal':
        this.say('links are healed');
        for (const [from, to] of event.links) network.heal(from, to, now);
        return;
      case 'unclog':
        for (const [from, to] of event.links) network.clog(from, to, 1);
        return;
      case 'disk-well': {
        const node = this.targets.nodes.find(({ number }) => number === event.process);
        if (node !== undefined) this.mendDisk(node);
      }
    }
  }

  /** A process went down by itself, as asked or because its disk failed. */
  restartLater(process: Process): void {
    this.add(this.world.random.between(10, 1_000), { type: 'restart', process: process.number });
  }

  private next(kind: FaultKind): void {
    const mean = this.world.plan.faults.get(kind) ?? Infinity;
    this.add(this.world.random.exponential(mean), { type: 'fault', kind });
  }

  private strike(kind: FaultKind): void {
    const { random } = this.world;
    const { nodes, proxies, clients } = this.targets;
    switch (kind) {
      case 'crash-node':
        this.crash(random.pick(nodes));
        return;
      case 'crash-leader':
        this.crash(this.leader());
        return;
      case 'crash-all':
        for (const node of nodes) this.crash(node);
        return;
      case 'crash-proxy':
        this.crash(random.pick(proxies));
        return;
      case 'crash-client':
        this.crash(random.pick(clients));
        return;
      case 'freeze-node':
        this.freeze(random.pick(nodes));
        return;
      case 'freeze-leader':
        this.freeze(this.leader());
        return;
      case 'freeze-proxy':
        this.freeze(random.pick(proxies));
        return;
      case 'partition':
        this.partition();
        return;
      case 'isolate-leader':
        this.isolate(this.leader());
        return;
      case 'one-way':
        this.oneWay();
        return;
      case 'break-streams':
        this.breakStreams();
        return;
      case 'clog':
        this.clog();
        return;
      case 'stop-node':
        (random.chance(0.5) ? this.leader() : random.pick(nodes)).requestStop();
        return;
      case 'transfer':
        this.leader().requestTransfer();
        return;
      case 'slow-disk':
      case 'failing-disk':
        this.ailDisk(random.pick(nodes), kind);
    }
  }

  private crash(process: Process): void {
    if (process.state === 'down') return;
    process.crash('crashes');
    this.add(this.world.random.exponential(800), { type: 'restart', process: process.number });
  }

  private freeze(process: Process): void {
    process.freeze();
    this.add(this.world.random.exponential(1_500), { type: 'resume', process: process.number });
  }

  /** Two groups of processes that can't reach each other. */
  private partition(): void {
    const all = this.everybody();
    const here = all.filter(() => this.world.random.chance(0.5));
    const there = all.filter((process) => !here.includes(process));
    this.say(
      `parted: ${here.map(({ name }) => name).join(' ')} | ${there.map(({ name }) => name).join(' ')}`,
    );
    this.cut([...across(here, there), ...across(there, here)]);
  }

  private isolate(victim: Process): void {
    const { random } = this.world;
    // From the other nodes alone, so that it still hears its clients; or from everybody.
    const from = random.chance(0.5) ? this.targets.nodes : this.everybody();
    const others = from.filter((process) => process !== victim);
    this.say(`${victim.name} is isolated`);
    this.cut([...across([victim], others), ...across(others, [victim])]);
  }

  private oneWay(): void {
    const { random } = this.world;
    const victim = random.pick(this.targets.nodes);
    const others = this.everybody().filter((process) => process !== victim && random.chance(0.6));
    const deaf = random.chance(0.5);
    this.say(`${victim.name} ${deaf ? 'hears' : 'is heard by'} few`);
    this.cut(deaf ? across(others, [victim]) : across([victim], others));
  }

  private cut(links: readonly (readonly [number, number])[]): void {
    for (const [from, to] of links) this.world.network.cut(from, to);
    this.add(this.world.random.exponential(2_000), { type: 'heal', links });
  }

  private breakStreams(): void {
    const { network, now, random } = this.world;
    const share = random.pick([0.1, 0.3, 1]);
    for (const stream of [...network.streams.keys()]) {
      if (random.chance(share)) network.break(stream, now);
    }
  }

  private clog(): void {
    const { network, random } = this.world;
    const links = across(this.targets.nodes, this.everybody()).filter(() => random.chance(0.3));
    const factor = random.pick([5, 20, 100]);
    for (const [from, to] of links) network.clog(from, to, factor);
    this.add(random.exponential(2_000), { type: 'unclog', links });
  }

  private ailDisk(node: SimulatedNode, kind: 'slow-disk' | 'failing-disk'): void {
    const { random } = this.world;
    if (kind === 'slow-disk') {
      node.slowDisk(random.pick([5, 50, 500]));
      this.add(random.exponential(2_000), { type: 'disk-well', process: node.number });
    } else {
      node.failDisk();
    }
  }

  private mendDisk(node: SimulatedNode): void {
    node.mendDisk();
  }

  private leader(): SimulatedNode {
    const { nodes } = this.targets;
    const leaders = nodes.filter((node) => node.isUp && node.replica?.raft.role === 'leader');
    return leaders.length > 0 ? this.world.random.pick(leaders) : this.world.random.pick(nodes);
  }

  private everybody(): readonly Process[] {
    return [...this.targets.nodes, ...this.targets.proxies, ...this.targets.clients];
  }

  private process(number: number): Process {
    const found = this.everybody().find((process) => process.number === number);
    if (found === undefined) throw new Error(`there is no process ${String(number)} in this world`);
    return found;
  }

  private say(what: string): void {
    this.world.trace.say(this.world.now, 'world', what);
  }
}

function across(from: readonly Process[], to: readonly Process[]): (readonly [number, number])[] {
  return from.flatMap((a) => to.filter((b) => b !== a).map((b) => [a.number, b.number] as const));
}
