/** Several cores, their disks and a network that may lose, double and reorder; all of it by a seed. */
import type {
  CheckpointMeta,
  Effect,
  Membership,
  Message,
  RaftConfig,
  RaftEvent,
  RaftState,
} from '../index.js';
import { logIndex, nodeId, Raft, term } from '../index.js';
import type { NodeId } from '../index.js';
import { Random } from '../random.js';
import { TestDisk } from './disk.js';
import { Oracle } from './oracle.js';
import { Schedule } from './schedule.js';
import { command, configOf, entriesOf, members } from './solo.js';

export interface ClusterOptions {
  readonly nodes?: number[];
  readonly membership?: Membership;
  readonly seed?: number;
  /** What disks hold at first: the terms of the entries, and the current term. */
  readonly logs?: Readonly<Record<number, { readonly terms: number[]; readonly term: number }>>;
  /** One way, from and to, in milliseconds. */
  readonly latencyMs?: readonly [number, number];
  readonly diskMs?: readonly [number, number];
  /** Shares of messages. */
  readonly loss?: number;
  readonly duplication?: number;
  readonly config?: Partial<RaftConfig>;
  /** What differs from node to node. */
  readonly configOf?: (id: number) => Partial<RaftConfig>;
  /** Each node saves a checkpoint after so many applied entries, and keeps a few before it. */
  readonly checkpointEvery?: number;
  /** Each step is taken by a machine that was dumped as JSON and loaded. */
  readonly reload?: boolean;
  readonly trace?: (line: string) => void;
}

interface Node {
  raft: Raft;
  readonly config: RaftConfig;
  readonly disk: TestDisk;
  applied: number;
  /** Ends with the process: what was under way for it is void. */
  alive: boolean;
  /** Until when each lane of the disk is busy. */
  readonly busy: { log: number; vote: number; checkpoint: number };
}

interface Read {
  readonly node: NodeId;
  /** What was committed anywhere when it was asked. */
  readonly least: number;
}

const CHUNK_BYTES = 10;

export class Cluster {
  readonly schedule = new Schedule();
  readonly oracle = new Oracle();
  readonly random: Random;
  readonly nodes = new Map<NodeId, Node>();
  readonly disks = new Map<NodeId, TestDisk>();
  /** Directed links that carry nothing: `from-to`. */
  readonly cut = new Set<string>();
  readonly readsDone: { readonly id: number; readonly index: number }[] = [];
  readonly readsFailed: number[] = [];
  readonly happened = new Map<string, number>();
  /** Changed while a run goes on. */
  loss: number;
  duplication: number;
  private readonly reads = new Map<number, Read>();
  private readonly first: Membership;
  private nextRead = 1;
  private nextSeed: number;

  constructor(private readonly options: ClusterOptions = {}) {
    const ids = options.nodes ?? [1, 2, 3];
    this.random = new Random(options.seed ?? 1);
    this.nextSeed = (options.seed ?? 1) * 1000;
    this.first = options.membership ?? members(ids);
    this.loss = options.loss ?? 0;
    this.duplication = options.duplication ?? 0;
    for (const id of ids) {
      const disk = new TestDisk();
      const { terms, term: of } = options.logs?.[id] ?? { terms: [], term: 0 };
      disk.entries = entriesOf(terms);
      disk.vote = { term: term(of), votedFor: null };
      this.disks.set(nodeId(id), disk);
    }
    for (const id of ids) this.start(id);
  }

  /** From what its disk holds. */
  start(id: number): Raft {
    const key = nodeId(id);
    const disk = this.disks.get(key) ?? new TestDisk();
    this.disks.set(key, disk);
    const config = this.configOf(key);
    const raft = new Raft(config, disk.recover(this.first));
    const applied = disk.checkpoint?.index ?? 0;
    const busy = { log: 0, vote: 0, checkpoint: 0 };
    this.nodes.set(key, { raft, config, disk, applied, alive: true, busy });
    this.step(id, { type: 'tick' });
    return raft;
  }

  private configOf(id: NodeId): RaftConfig {
    return configOf({
      ...this.options.config,
      ...this.options.configOf?.(id),
      id,
      seed: this.nextSeed++,
    });
  }

  /** Writes that are not carried out by now never will be. */
  crash(id: number): void {
    const node = this.nodes.get(nodeId(id));
    if (node === undefined) return;
    node.alive = false;
    this.nodes.delete(nodeId(id));
  }

  raft(id: number): Raft {
    const node = this.nodes.get(nodeId(id));
    if (node === undefined) throw new Error(`node ${String(id)} is down`);
    return node.raft;
  }

  get ids(): number[] {
    return [...this.nodes.keys()];
  }

  /** Of the newest term. */
  get leader(): number | null {
    let best: Raft | null = null;
    let id: number | null = null;
    for (const [key, { raft }] of this.nodes) {
      if (raft.role !== 'leader' || (best !== null && best.term >= raft.term)) continue;
      best = raft;
      id = key;
    }
    return id;
  }

  step(id: number, event: RaftEvent): Effect[] {
    const node = this.nodes.get(nodeId(id));
    if (node === undefined) return [];
    if (this.options.reload === true) node.raft = reloaded(node);
    const effects = node.raft.step(event, this.schedule.now);
    for (const effect of effects) this.carryOut(nodeId(id), node, effect);
    if (node.raft.role === 'leader') this.oracle.leads(nodeId(id), node.raft);
    this.arm(id, node);
    return effects;
  }

  private arm(id: number, node: Node): void {
    const due = node.raft.deadline();
    this.schedule.after(Math.max(0, due - this.schedule.now), () => {
      if (node.alive && node.raft.deadline() <= this.schedule.now) this.step(id, { type: 'tick' });
    });
  }

  private between([min, max]: readonly [number, number]): number {
    return this.random.between(min, max);
  }

  count(what: string): void {
    this.happened.set(what, (this.happened.get(what) ?? 0) + 1);
  }

  private carryOut(id: NodeId, node: Node, effect: Effect): void {
    this.count(effect.type);
    switch (effect.type) {
      case 'persist-vote':
        this.write(id, node, 'vote', () => node.disk.write(effect));
        break;
      case 'truncate-log':
      case 'append-log':
        this.write(id, node, 'log', () => node.disk.write(effect));
        break;
      case 'send':
        this.oracle.mayLeave(effect, node.disk);
        this.send(id, effect.to, effect.message);
        break;
      case 'commit':
        this.apply(id, node, effect.index);
        break;
      case 'read-ready':
        this.finishRead(effect.id, effect.index);
        break;
      case 'read-failed':
        this.reads.delete(effect.id);
        this.readsFailed.push(effect.id);
        break;
      case 'send-checkpoint':
        this.sendChunk(id, node, effect);
        break;
      case 'store-checkpoint':
        this.storeChunk(id, node, effect.checkpoint, effect.offset + effect.data.length);
        break;
      case 'role-changed':
        this.options.trace?.(
          `${this.time} ${String(id)} is ${effect.role} in term ${String(effect.term)}, ` +
            `leader ${String(effect.leader ?? '-')}`,
        );
        break;
      case 'decision':
        this.options.trace?.(`${this.time} ${String(id)} ${effect.text}`);
        break;
      default:
    }
  }

  private get time(): string {
    return this.schedule.now.toFixed(0).padStart(5);
  }

  private write(
    id: NodeId,
    node: Node,
    lane: keyof Node['busy'],
    run: () => RaftEvent | null,
  ): void {
    const now = this.schedule.now;
    const done = Math.max(now, node.busy[lane]) + this.between(this.options.diskMs ?? [0, 0]);
    node.busy[lane] = done;
    this.schedule.after(done - now, () => {
      if (!node.alive) return;
      const report = run();
      if (report !== null) this.step(id, report);
    });
  }

  private send(from: NodeId, to: NodeId, message: Message): void {
    this.count(message.type);
    if (this.options.trace !== undefined) {
      this.options.trace(`${this.time} ${String(from)} -> ${String(to)} ${describe(message)}`);
    }
    if (this.cut.has(`${String(from)}-${String(to)}`) || this.random.next() < this.loss) return;
    const copies = this.random.next() < this.duplication ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      this.schedule.after(this.between(this.options.latencyMs ?? [1, 1]), () => {
        this.step(to, { type: 'message', from, message });
      });
    }
  }

  private apply(id: NodeId, node: Node, index: number): void {
    const entries = node.raft.entriesBetween(logIndex(node.applied), logIndex(index));
    this.oracle.applies(id, entries);
    node.applied = index;
    if (node.raft.role === 'leader') this.oracle.isReplicated(node.raft, this.disks);
    const every = this.options.checkpointEvery ?? Infinity;
    if (index - (node.raft.checkpoint?.index ?? 0) >= every) this.checkpoint(id, node, index);
  }

  /** Its file is `applied` bytes of nothing; what it stands for is in the oracle. */
  private checkpoint(id: NodeId, node: Node, reached: number): void {
    const index = logIndex(reached);
    const of = node.raft.entryTerm(index);
    if (of === null) return;
    const membership = node.raft.membershipAt(index);
    const checkpoint: CheckpointMeta = { index, term: of, membership, size: CHUNK_BYTES * 3 + 5 };
    this.write(id, node, 'log', () => {
      const held = node.disk.checkpoint;
      if (held !== null && held.index >= index) return null;
      const keepAfter = logIndex(Math.max(node.disk.base.index, index - 3));
      node.disk.save(checkpoint, keepAfter);
      return { type: 'checkpoint-saved', checkpoint, keepAfter };
    });
  }

  private sendChunk(id: NodeId, node: Node, effect: Effect & { type: 'send-checkpoint' }): void {
    const { to, checkpoint, offset, term } = effect;
    this.schedule.after(this.between(this.options.diskMs ?? [0, 0]), () => {
      if (!node.alive) return;
      const { index } = checkpoint;
      if (node.disk.checkpoint?.index !== index) {
        this.step(id, { type: 'checkpoint-gone', to, index });
        return;
      }
      const data = new Uint8Array(Math.min(CHUNK_BYTES, checkpoint.size - offset));
      this.send(id, to, { type: 'checkpoint-chunk', term, checkpoint, offset, data });
    });
  }

  private storeChunk(id: NodeId, node: Node, checkpoint: CheckpointMeta, end: number): void {
    this.write(id, node, 'checkpoint', () => {
      const { index, size } = checkpoint;
      if (end < size) return { type: 'checkpoint-stored', index, offset: end };
      // The file is damaged on the way, now and then.
      if (this.loss > 0 && this.random.next() < 0.2) {
        return { type: 'checkpoint-rejected', index };
      }
      node.disk.install(checkpoint);
      node.applied = index;
      return { type: 'checkpoint-installed', checkpoint };
    });
  }

  read(id: number): number {
    const read = this.nextRead++;
    this.reads.set(read, { node: nodeId(id), least: this.oracle.commitIndex });
    this.step(id, { type: 'read', id: read });
    return read;
  }

  /** No read may miss what was committed before it was asked. */
  private finishRead(id: number, index: number): void {
    const read = this.reads.get(id);
    if (read === undefined) throw new Error(`read ${String(id)} is answered twice`);
    this.reads.delete(id);
    if (index < read.least) {
      throw new Error(
        `a read on ${String(read.node)} sees ${String(index)}, and ${String(read.least)} was committed`,
      );
    }
    this.readsDone.push({ id, index });
  }

  propose(id: number, ...texts: string[]): Effect[] {
    return this.step(id, { type: 'propose', bodies: texts.map(command) });
  }

  /** Nothing goes from one to the other, in either direction. */
  part(some: number[], others: number[]): void {
    for (const one of some) {
      for (const other of others) {
        this.cut.add(`${String(one)}-${String(other)}`).add(`${String(other)}-${String(one)}`);
      }
    }
  }

  heal(): void {
    this.cut.clear();
  }

  run(ms: number): void {
    const until = this.schedule.now + ms;
    while (this.schedule.runNext(until));
  }

  /** False if it does not come true in time. */
  runUntil(condition: () => boolean, ms: number): boolean {
    const until = this.schedule.now + ms;
    while (!condition()) if (!this.schedule.runNext(until)) return condition();
    return true;
  }

  electLeader(): number {
    if (!this.runUntil(() => this.leader !== null, 20_000)) throw new Error('nobody leads');
    return this.leader ?? 0;
  }

  checkLogs(): void {
    this.oracle.logsMatch([...this.nodes.values()].map(({ raft }) => raft));
  }

  /** Every member that runs has applied everything, the leader's log is theirs. */
  get isQuiet(): boolean {
    const { leader } = this;
    if (leader === null) return false;
    const last = this.raft(leader).lastIndex;
    const { voters, learners } = this.raft(leader).membership;
    return [...this.nodes].every(
      ([id, node]) =>
        (!voters.includes(id) && !learners.includes(id)) ||
        (node.applied === last && node.raft.lastIndex === last),
    );
  }
}

/** Through JSON, as a dump on disk would be. */
function reloaded({ raft, config }: Node): Raft {
  return Raft.load(config, JSON.parse(JSON.stringify(raft.dump())) as RaftState);
}

function describe(message: Message): string {
  const { type, term, ...rest } = message;
  const shown = JSON.stringify(rest, (key, value: unknown) => {
    if (key === 'entries') return (value as { index: number; term: number }[]).map(short);
    if (key === 'previous' || key === 'last' || key === 'hint') return short(value as never);
    return value instanceof Uint8Array ? `${String(value.length)} bytes` : value;
  });
  return `${type} term ${String(term)} ${shown.replaceAll('"', '')}`;
}

const short = ({ index, term }: { index: number; term: number }): string =>
  `${String(index)}/${String(term)}`;
