/**
 * The whole cluster as a page shows it: every node's reports, what the proxy knows, and what their owner says of the
 * processes. Nothing is asked of anybody while no page is open.
 */
import { performance } from 'node:perf_hooks';
import type { NodeReport } from '#rpc/generated/relevo/v1/observe';
import type {
  ClusterSight,
  FeedLine,
  LinkSight,
  MemberSight,
} from '#rpc/generated/relevo/v1/sight';
import type { TlsIdentity } from '#tls';
import type { RouterView } from '../router/types.js';
import { NodeWatch, type WatchedNode } from './node-watch.js';
import type { Supervisor } from './supervisor.js';

/** A node speaks every second; one unheard for longer than that is silent. */
const SILENT_MS = 1_600;
const LINES_KEPT = 1_000;

export interface WatchOptions {
  readonly nodes: readonly WatchedNode[];
  readonly identity: TlsIdentity | null;
  readonly proxyName: string;
  readonly view: () => RouterView;
  readonly nameOf: (node: number) => string;
  /** Null: nobody here owns the processes. */
  readonly supervisor: Supervisor | null;
}

export class ClusterWatch {
  readonly #options: WatchOptions;
  readonly #beganAt = performance.now();
  #watches: readonly NodeWatch[] = [];
  readonly #feed: FeedLine[] = [];
  #said = 0;
  /** By node: the newest life of it whose lines were taken, and its clock against ours. */
  readonly #lives = new Map<number, { readonly incarnation: string; readonly offset: number }>();
  readonly #names = new Map<number, string>();

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  get isWatching(): boolean {
    return this.#watches.length > 0;
  }

  /** How many lines the feed ever had. */
  get said(): number {
    return this.#said;
  }

  begin(): void {
    if (this.isWatching) return;
    const { nodes, identity, supervisor } = this.#options;
    this.#watches = nodes.map(
      (node) => new NodeWatch(node, identity, (report) => this.#heard(node.id, report)),
    );
    supervisor?.begin();
  }

  end(): void {
    for (const watch of this.#watches) watch.close();
    this.#watches = [];
    this.#options.supervisor?.end();
  }

  /** `node` 0: of no node. */
  say(node: number, kind: string, text: string): void {
    this.#add({ atMs: this.#now(), node, kind, text });
  }

  /** The lines after the first `before`, as far as they are kept. */
  feedSince(before: number): readonly FeedLine[] {
    const wanted = this.#said - before;
    return wanted <= 0 ? [] : this.#feed.slice(-wanted);
  }

  /** What the cluster's log has come to, as far as it was heard. */
  get newestIndex(): number {
    return Math.max(0, ...this.#watches.map(({ report }) => report?.sight?.commitIndex ?? 0));
  }

  sight(): ClusterSight {
    const { view, proxyName } = this.#options;
    const { leader, queued, nodes } = view();
    const sum = (of: (node: (typeof nodes)[number]) => number): number =>
      nodes.reduce((total, node) => total + of(node), 0);
    return {
      atMs: this.#now(),
      members: this.#watches.map((watch) => this.#member(watch)),
      links: this.#links(),
      flights: [],
      proxies: [
        {
          ...{ name: proxyName, up: true, leader, queued },
          ...{ reads: sum(({ reads }) => reads), writes: sum(({ writes }) => writes) },
        },
      ],
      broken: '',
      examined: 0,
      faults: this.#faults(),
    };
  }

  #heard(node: number, report: NodeReport): void {
    const incarnation = report.sight?.incarnation ?? '';
    if (report.sight !== undefined) this.#names.set(node, report.sight.name);
    const known = this.#lives.get(node);
    const isNewLife = known?.incarnation !== incarnation;
    const offset = isNewLife ? this.#now() - report.atMs : known.offset;
    if (isNewLife) this.#lives.set(node, { incarnation, offset });
    // A stream that was made again tells what it told before.
    const newest = this.#feed.findLast((line) => line.node === node && line.kind !== 'act');
    for (const line of report.feed) {
      const atMs = line.atMs + offset;
      if (isNewLife || newest === undefined || atMs > newest.atMs) this.#add({ ...line, atMs });
    }
  }

  #add(line: FeedLine): void {
    this.#feed.push(line);
    this.#said += 1;
    if (this.#feed.length > LINES_KEPT) this.#feed.shift();
  }

  #member({ id, report, silentMs }: NodeWatch): MemberSight {
    const { supervisor, nameOf } = this.#options;
    const name = this.#names.get(id) ?? nameOf(id);
    const owned = supervisor?.stateOf(id) ?? null;
    return {
      node: id,
      name: supervisor?.nameOf(id) ?? name,
      state: owned ?? (silentMs > SILENT_MS ? 'silent' : 'up'),
      sight: report?.sight,
      seenMsAgo: report === null ? 0 : silentMs,
      figures: report?.figures,
    };
  }

  #links(): LinkSight[] {
    return this.#watches.flatMap((from) =>
      this.#watches
        .filter((to) => to !== from)
        .map((to) => {
          const isFresh = from.silentMs <= SILENT_MS;
          const { cutTo = [], connected = [], sent = [] } = (isFresh ? from.report : null) ?? {};
          return {
            ...{ from: from.id, to: to.id, cut: cutTo.includes(to.id) },
            open: connected.includes(to.id),
            sent: sent.filter((one) => one.to === to.id),
          };
        }),
    );
  }

  #faults(): string[] {
    const inflicted = this.#watches.flatMap(({ id, report, silentMs }) =>
      silentMs > SILENT_MS ? [] : (report?.faults ?? []).map((fault) => `#${id} ${fault}`),
    );
    const paused = this.#watches
      .filter(({ id }) => this.#options.supervisor?.stateOf(id) === 'paused')
      .map(({ id }) => `#${id} is frozen`);
    return [...inflicted, ...paused];
  }

  #now(): number {
    return performance.now() - this.#beganAt;
  }
}
