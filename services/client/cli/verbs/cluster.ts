import { setTimeout as pause } from 'node:timers/promises';
import type { Command } from 'commander';
import type { ClusterResponse, NodeView } from '#rpc/generated/relevo/v1/admin';
import { NodeRole, type NodeState } from '#rpc/generated/relevo/v1/session';
import { saidBy } from '#rpc/versions';
import type { Call } from '../call.js';
import { ExitCode } from '../exit-code.js';
import { tableLines, type Printer } from '../printer.js';
import type { Verb } from '../verb.js';

const REDRAW_MS = 500;
const SILENT_MS = 1_000;
const CLEAR = '\x1b[H\x1b[J';

const HEAD = [
  'NAME', 'ROLE', 'TERM', 'LAST', 'COMMITTED', 'APPLIED', 'LAG', 'CHECKPOINT', 'READS', 'WRITES',
  'ADDRESS', 'PID', 'RELEASE', 'PROTOCOL', 'FORMAT',
]; // prettier-ignore

const LEADER: number = NodeRole.NODE_ROLE_LEADER;

/** What goes first where the terminal is narrow. */
const DISPENSABLE = [
  'FORMAT',
  'PROTOCOL',
  'RELEASE',
  'CHECKPOINT',
  'PID',
  'WRITES',
  'READS',
  'ADDRESS',
  'LAST',
];

const ROLE_NAMES: Readonly<Record<number, string>> = {
  [NodeRole.NODE_ROLE_FOLLOWER]: 'follower',
  [NodeRole.NODE_ROLE_PRE_CANDIDATE]: 'pre-candidate',
  [NodeRole.NODE_ROLE_CANDIDATE]: 'candidate',
  [NodeRole.NODE_ROLE_LEADER]: 'leader',
  [NodeRole.NODE_ROLE_LEARNER]: 'learner',
};

export const cluster: Verb = {
  name: 'cluster',
  usage: '',
  summary: 'every node: role, term, log and lag; exit status 1 without a leader',
  completes: 'none',
  options(command: Command) {
    command.option('-w, --watch', 'draw it again and again; Ctrl+C ends it');
  },
  async run(call, _args, options) {
    if (options['watch'] !== true) return show(call, await call.status());
    while (!call.signal.aborted) {
      const response = await call.status();
      if (call.print.decorated) call.world.stdout.write(CLEAR);
      show(call, response);
      await pause(REDRAW_MS, undefined, { signal: call.signal }).catch(() => undefined);
    }
    return ExitCode.interrupted;
  },
};

/** A row a node, as the proxy (or node) that answers knows it. */
export function clusterRows(response: ClusterResponse): readonly (readonly string[])[] {
  const committed = Math.max(0, ...response.nodes.map(({ state }) => state?.commitIndex ?? 0));
  return response.nodes.map((view) => rowOf(view, committed));
}

function rowOf(view: NodeView, committed: number): readonly string[] {
  const { state, address } = view;
  if (state === undefined || state.incarnation === '') return hearsayRow(view);
  return [
    state.name,
    standingOf(view, roleOf(state.role, state.healthy)),
    ...[state.term, state.lastIndex, state.commitIndex, state.appliedIndex].map(String),
    String(Math.max(0, committed - state.appliedIndex)),
    ...[state.checkpointIndex, view.reads, view.writes].map(String),
    address,
    String(state.processId),
    ...versionCells(state),
  ];
}

/** `0.1.0`, `1-2`, `1 of 2`: the format level that the cluster writes, and the highest that the node reads. */
function versionCells(state: NodeState): readonly string[] {
  const { release, protocolMin, protocolMax, formatMax } = saidBy(state);
  const protocol = protocolMin === protocolMax ? `${protocolMin}` : `${protocolMin}-${protocolMax}`;
  return [release || '-', protocol, `${Math.max(1, state.formatLevel)} of ${formatMax}`];
}

/** Of a node that is unreachable; or of which another node, who was asked, tells what it knows. */
function hearsayRow(view: NodeView): readonly string[] {
  const { state, address } = view;
  const role = state === undefined ? undefined : ROLE_NAMES[state.role];
  return [
    state?.name ? state.name : '?',
    standingOf(view, role === undefined ? 'reachable' : roleOf(state?.role ?? 0, true)),
    ...[state?.term, state?.lastIndex].map((known) => (known ? String(known) : '-')),
    ...Array.from({ length: 6 }, () => '-'),
    address,
    ...Array.from({ length: 4 }, () => '-'),
  ];
}

/** Nodes speak every 100 ms; what one that is silent said last may be long untrue. */
function standingOf({ connected, silentMs }: NodeView, role: string): string {
  const seconds = (silentMs / 1_000).toFixed(silentMs < 10_000 ? 1 : 0);
  if (!connected) return silentMs === 0 ? 'unreachable' : `gone ${seconds} s`;
  return silentMs > SILENT_MS ? `silent ${seconds} s` : role;
}

function roleOf(role: number, healthy: boolean): string {
  const name = role === LEADER ? 'leader ★' : wordOf(role);
  return healthy ? name : `${name} (unhealthy)`;
}

function wordOf(role: number): string {
  return ROLE_NAMES[role] ?? 'unknown';
}

/** As it came, with the role in words. */
function viewJson(view: NodeView): unknown {
  const { state } = view;
  return state === undefined ? view : { ...view, state: { ...state, role: wordOf(state.role) } };
}

/** On a narrow terminal the least telling columns are left out, rather than each line broken. */
function showTable(print: Printer, rows: readonly (readonly string[])[], columns: number): void {
  const left: string[] = [];
  for (;;) {
    const shown = HEAD.flatMap((name, at) => (left.includes(name) ? [] : [at]));
    const cells = (row: readonly string[]): string[] => shown.map((at) => row[at] ?? '');
    const lines = tableLines(cells(HEAD), rows.map(cells));
    const next = DISPENSABLE[left.length];
    if (next === undefined || lines.every((line) => line.length < columns)) {
      const head = cells(HEAD).map((name) => print.colors.dim(name));
      for (const line of tableLines(head, rows.map(cells))) print.line(line);
      if (left.length > 0) print.line(print.colors.dim(leftOut(left, columns)));
      return;
    }
    left.push(next);
  }
}

function leftOut(names: readonly string[], columns: number): string {
  const all = `not shown: ${names.join(', ')}`;
  if (all.length < columns) return all;
  return `not shown: ${names.slice(0, 2).join(', ')} and ${names.length - 2} more (-o json)`;
}

function show({ print, world }: Call, response: ClusterResponse): ExitCode {
  const leads = response.nodes.some(
    ({ state, connected, silentMs }) =>
      connected && silentMs <= SILENT_MS && state?.role === NodeRole.NODE_ROLE_LEADER,
  );
  if (print.form === 'json') {
    print.json({ ...response, nodes: response.nodes.map(viewJson) });
  } else if (print.form === 'ndjson') {
    for (const view of response.nodes) print.json(viewJson(view));
  } else if (print.decorated) {
    showTable(print, clusterRows(response), world.stdout.columns);
    if (response.queued > 0) print.line(`${String(response.queued)} requests wait for a leader`);
  } else {
    print.table(HEAD, clusterRows(response));
  }
  return leads ? ExitCode.ok : ExitCode.negative;
}
