/**
 * Those who watch this node (relevo.v1.Observer.Observe). Nothing is looked at or counted while there is nobody; who
 * reads slowly misses reports, and costs no memory.
 */
import type { ServerWritableStream } from '@grpc/grpc-js';
import { performance } from 'node:perf_hooks';
import { Pace } from '#driver';
import type { NodeReport, ObserveRequest } from '#rpc/generated/relevo/v1/observe';
import type { FiguresSight, Sendings } from '#rpc/generated/relevo/v1/sight';
import type { Replica } from '../replica.js';
import type { Feed } from './feed.js';
import type { SendingsCount } from './sendings.js';
import type { Inflictor, NodeDisk } from './surroundings.js';

type Call = ServerWritableStream<ObserveRequest, NodeReport>;

const REPORT_EVERY_MS = 100;
/** Without any change. */
const STILL_EVERY_MS = 1_000;
const CELLS = 60;
const CELLS_MAX = 500;
const NO_FIGURES: FiguresSight = {
  ...{ syncs: 0, syncMs: 0, elections: 0, reads: 0, commits: 0, commitMs: 0 },
};
/** More of them are refused: a proxy needs one. */
export const WATCHERS_MAX = 16;

export interface WatchedNode {
  readonly replica: Replica;
  readonly disk: NodeDisk;
  readonly connectedTo: (peer: number) => boolean;
  /** Null: nothing can be inflicted on it. */
  readonly inflictor: Inflictor | null;
}

interface Watcher {
  readonly call: Call;
  readonly cells: number;
  /** Lines of the feed that it was told. */
  told: number;
  /** What it was not told yet of what was sent. */
  unsaid: Sendings[];
  isFull: boolean;
  sequence: number;
  looked: string;
  lookedAt: number;
}

export class Watchers {
  readonly #node: WatchedNode;
  readonly #feed: Feed;
  readonly #sendings: SendingsCount;
  readonly #watchers = new Set<Watcher>();
  readonly #pace = new Pace();
  #timer: NodeJS.Timeout | null = null;
  /** Since they were told last. */
  #syncs = 0;
  #syncMs = 0;
  #figures: FiguresSight = NO_FIGURES;

  constructor(node: WatchedNode, feed: Feed, sendings: SendingsCount) {
    this.#node = node;
    this.#feed = feed;
    this.#sendings = sendings;
    node.disk.onSync((seconds) => {
      this.#syncs += 1;
      this.#syncMs += seconds * 1_000;
    });
  }

  get size(): number {
    return this.#watchers.size;
  }

  add(call: Call): void {
    const { logCells } = call.request;
    const cells = Math.min(logCells === 0 ? CELLS : logCells, CELLS_MAX);
    const watcher: Watcher = {
      ...{ call, cells, told: 0, unsaid: [], isFull: false, sequence: 0 },
      ...{ looked: '', lookedAt: -Infinity },
    };
    this.#watchers.add(watcher);
    const leave = (): void => {
      this.#remove(watcher);
    };
    call.on('cancelled', leave);
    call.on('error', leave);
    call.on('close', leave);
    call.on('drain', () => {
      watcher.isFull = false;
    });
    this.#sendings.isOn = true;
    this.#timer ??= setInterval(() => {
      if (!this.#pace.leavesOut(this.#node.replica.store.appliedIndex)) this.#look();
    }, REPORT_EVERY_MS);
    this.#tell(watcher);
  }

  /** Something happened that people want to see at once. */
  hurry(): void {
    if (this.#watchers.size > 0) setImmediate(() => this.#look());
  }

  close(): void {
    for (const { call } of this.#watchers) call.end();
    this.#watchers.clear();
    this.#rest();
  }

  #remove(watcher: Watcher): void {
    this.#watchers.delete(watcher);
    if (this.#watchers.size === 0) this.#rest();
  }

  #rest(): void {
    this.#sendings.isOn = false;
    this.#sendings.take();
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  #look(): void {
    const sent = this.#sendings.take();
    this.#figures = this.#takeFigures();
    for (const watcher of this.#watchers) {
      watcher.unsaid = merged(watcher.unsaid, sent);
      if (!watcher.isFull) this.#tell(watcher);
    }
  }

  #tell(watcher: Watcher): void {
    const { call, cells, told, unsaid } = watcher;
    const { replica, inflictor, connectedTo } = this.#node;
    const now = performance.now();
    const looked = this.#fingerprint();
    const isStill = looked === watcher.looked && unsaid.length === 0 && told === this.#feed.said;
    watcher.sequence += 1;
    if (isStill && now - watcher.lookedAt < STILL_EVERY_MS) return;
    watcher.looked = looked;
    watcher.lookedAt = now;
    watcher.told = this.#feed.said;
    watcher.unsaid = [];
    watcher.isFull = !call.write({
      sequence: watcher.sequence,
      atMs: now,
      sight: replica.sight(now, cells),
      feed: this.#feed.since(told),
      sent: unsaid,
      faults: [...(inflictor?.active() ?? [])],
      cutTo: [...(inflictor?.cuts() ?? [])],
      connected: replica.raft.membership.voters.filter((node) => connectedTo(node)),
      figures: this.#figures,
    });
  }

  #takeFigures(): FiguresSight {
    const { elections, readsServed, staleReadsServed, commits, commitMs } =
      this.#node.replica.figures;
    const syncs = this.#syncs;
    const syncMs = syncs === 0 ? 0 : this.#syncMs / syncs;
    this.#syncs = 0;
    this.#syncMs = 0;
    const reads = readsServed + staleReadsServed;
    return { syncs, syncMs, elections, reads, commits, commitMs };
  }

  /** Another one, and something changed; timers run by themselves. */
  #fingerprint(): string {
    const { raft, store, failure } = this.#node.replica;
    const { role, term, leader, lastIndex, durableIndex, commitIndex, election } = raft;
    const due = raft.timers().map((timer) => Math.round(timer.due));
    return [
      ...[role, term, raft.votedFor, leader, lastIndex, durableIndex, commitIndex],
      ...[store.appliedIndex, raft.checkpoint?.index, failure, election?.length, ...due],
    ].join();
  }
}

function merged(unsaid: readonly Sendings[], sent: readonly Sendings[]): Sendings[] {
  const sum = new Map(unsaid.map((one) => [`${one.to} ${one.kind}`, { ...one }]));
  for (const one of sent) {
    const found = sum.get(`${one.to} ${one.kind}`);
    if (found === undefined) sum.set(`${one.to} ${one.kind}`, { ...one });
    else found.count += one.count;
  }
  return [...sum.values()];
}
