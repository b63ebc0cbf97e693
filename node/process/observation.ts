/** All that lets people watch this node: its feed, what it sends, and the streams on which they are told. */
import { performance } from 'node:perf_hooks';
import type { ObserverServer } from '#rpc/generated/relevo/v1/observe';
import type { Network, ReplicaEvent, Report } from '../ports.js';
import type { Replica } from '../replica.js';
import { Feed } from './feed.js';
import { observerService } from './observer-service.js';
import type { NodeLog } from './report-log.js';
import { SendingsCount } from './sendings.js';
import type { Inflictor, NodeDisk } from './surroundings.js';
import { Watchers } from './watchers.js';

export interface Observed {
  readonly replica: Replica;
  readonly disk: NodeDisk;
  readonly connectedTo: (peer: number) => boolean;
  readonly config: { readonly dataDirectory: string };
  /** Without an inflictor in them nothing can be inflicted on this node. */
  readonly surroundings: { readonly inflictor?: Inflictor };
  readonly handle: (event: ReplicaEvent) => void;
  readonly log: NodeLog;
}

export class Observation {
  readonly #feed: Feed;
  readonly #sendings = new SendingsCount();
  #watchers: Watchers | null = null;

  constructor(node: number) {
    this.#feed = new Feed(node);
  }

  /** The same network, counted while somebody watches. */
  over(network: Network): Network {
    return this.#sendings.over(network);
  }

  report(report: Report): void {
    this.#feed.report(report, performance.now());
    if (report.type === 'role') this.#watchers?.hurry();
  }

  /** The node stands: from here on it can be watched. */
  service({ config, surroundings, handle, log, ...node }: Observed): ObserverServer {
    const { inflictor = null } = surroundings;
    const watchers = new Watchers({ ...node, inflictor }, this.#feed, this.#sendings);
    this.#watchers = watchers;
    inflictor?.attach(handle, () => {
      const faults = inflictor.active();
      log('warn', 'faults', { faults });
      const text = faults.length === 0 ? 'no fault is inflicted on it any more' : faults.join('; ');
      this.#feed.say(performance.now(), { kind: 'fault', text });
      watchers.hurry();
    });
    return observerService({ dataDirectory: config.dataDirectory, watchers, inflictor });
  }

  close(): void {
    this.#watchers?.close();
  }
}
