/** Breaks links and timers of running nodes, which were started by the entry point that allows it. */
import type { Cluster } from '#cluster';
import { NodeObserver } from '#rpc/observer';
import type { InflictRequest } from '#rpc/generated/relevo/v1/observe';
import type { StageAct, StageResult } from '../language/index.js';

export type FaultAct = Extract<
  StageAct,
  { readonly type: 'isolate' | 'expire' | 'cut' | 'mend' | 'disk' | 'heal' }
>;

type Fault = NonNullable<InflictRequest['fault']>;

/** A scenario ends its faults itself; this is for one that is interrupted. */
const LASTS_MS = 600_000;

export class FaultControl {
  readonly #observers: ReadonlyMap<number, NodeObserver>;
  readonly #nodes: Cluster['nodes'];

  constructor({ nodes }: Cluster) {
    this.#nodes = nodes;
    this.#observers = new Map(
      nodes.map(({ id, address }) => [id, new NodeObserver(address, null)]),
    );
  }

  async inflict(act: FaultAct): Promise<StageResult> {
    try {
      for (const [node, fault] of this.#faultsOf(act)) {
        await this.#observers.get(node)?.inflict(fault, LASTS_MS);
      }
      return { ok: true };
    } catch (error) {
      return { ok: false, reason: error instanceof Error ? error.message : String(error) };
    }
  }

  close(): void {
    for (const observer of this.#observers.values()) observer.close();
  }

  #faultsOf(act: FaultAct): readonly (readonly [number, Fault])[] {
    switch (act.type) {
      case 'expire':
        return [[act.node, { $case: 'expireTimer', value: {} }]];
      case 'cut':
      case 'mend':
        return [[act.from, link(act.to, act.type === 'cut')]];
      case 'isolate':
        return this.#running()
          .filter((id) => id !== act.node)
          .flatMap((id) => [
            [act.node, link(id, true)] as const,
            [id, link(act.node, true)] as const,
          ]);
      case 'disk':
        if (act.how === 'works') return [[act.node, { $case: 'heal', value: {} }]];
        return [[act.node, { $case: 'breakDisk', value: { how: act.how } }]];
      case 'heal':
        return this.#running().map((id) => [id, { $case: 'heal', value: {} }] as const);
    }
  }

  #running(): readonly number[] {
    return this.#nodes.filter(({ process }) => process.state === 'running').map(({ id }) => id);
  }
}

function link(to: number, cut: boolean): Fault {
  return { $case: 'cutLink', value: { to, cut } };
}
