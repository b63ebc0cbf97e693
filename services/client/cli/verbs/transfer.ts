import type { ClusterResponse } from '#rpc/generated/relevo/v1/admin';
import type { Call } from '../call.js';
import { ExitCode, UsageError } from '../exit-code.js';
import { optional, type Verb } from '../verb.js';

export const transfer: Verb = {
  name: 'transfer',
  usage: '[name]',
  summary: 'hand the leadership to a node, or to whichever is furthest; exit status 1 if it stays',
  completes: 'node',
  async run(call, args) {
    const cluster = await call.status();
    const wanted = optional(args, 0);
    const to = wanted === undefined ? 0 : idOf(cluster, wanted);
    const { leader, previous, term, tookMs } = await call.transfer(to);
    const move = { from: nameOf(cluster, previous), to: nameOf(cluster, leader), term, ms: tookMs };
    show(call, move);
    return to === 0 || leader === to ? ExitCode.ok : ExitCode.negative;
  },
};

interface Move {
  readonly from: string;
  readonly to: string;
  readonly term: number;
  readonly ms: number;
}

function show({ print }: Call, move: Move): void {
  const { from, to, term, ms } = move;
  if (print.form === 'json' || print.form === 'ndjson') print.json(move);
  else if (!print.decorated) print.table([], [[from, to, String(term), String(ms)]]);
  else if (from === to) print.line(`${to} leads already, in term ${term}`);
  else print.line(`${from} -> ${to}: leads in term ${term}, after ${ms} ms`);
}

/** By name, id, port or address. */
function idOf({ nodes }: ClusterResponse, wanted: string): number {
  const found = nodes.find(
    ({ state, address }) =>
      state?.name === wanted ||
      String(state?.nodeId) === wanted ||
      address === wanted ||
      address.endsWith(`:${wanted}`),
  );
  if (found?.state !== undefined) return found.state.nodeId;
  const names = nodes.flatMap(({ state }) => (state?.name ? [state.name] : []));
  throw new UsageError(`there is no node ${wanted}; the nodes are ${names.join(', ')}`);
}

function nameOf({ nodes }: ClusterResponse, id: number): string {
  const name = nodes.find(({ state }) => state?.nodeId === id)?.state?.name ?? '';
  return name === '' ? `node ${id}` : name;
}
