/** Ends or freezes a node and measures, by the logs and with a real write, how the others take over. */
import { setTimeout as pause } from 'node:timers/promises';
import { leaderOf, type ClusterResponse } from '#client/cli';
import { RelevoError, type RelevoClient } from '#client';
import type { Cluster, ClusterNode } from './cluster.js';
import { ClusterError } from './error.js';
import { LogReader } from './log-reader.js';

const POLL_MS = 3;
const TAKEOVER_MS_MAX = 30_000;
const UNWATCHED = 'nobody waited for the takeover';

/** SIGSTOP freezes it: its connections stay, and it answers nothing. */
export type How = 'SIGKILL' | 'SIGTERM' | 'SIGSTOP';

/** Times are in milliseconds since the signal was sent. */
export interface EndReport {
  readonly name: string;
  readonly pid: number;
  readonly how: How;
  /** Null: it is frozen, not gone. */
  readonly goneMs: number | null;
  readonly led: boolean;
  /** Somebody led, this node or another. */
  readonly hadLeader: boolean;
  /** Null: the node did not lead, or too few nodes are left to elect, or nobody waited for it. */
  readonly takeover: Takeover | null;
  readonly majorityLeft: boolean;
  /** Why there is no takeover though there should be one; null: there is one, or should not. */
  readonly missing: string | null;
}

export interface Takeover {
  readonly leader: string;
  readonly term: number;
  /** By the new leader's own log; where that is silent (LOG_LEVEL), at the latest. */
  readonly electedMs: number;
  /** The first write that was sent after the old leader was gone or frozen, acknowledged. */
  readonly firstWriteMs: number;
}

/** `connect` is asked for a client only if the node leads. `signal` ends the watching, nothing else. */
export async function endNode(
  cluster: Cluster,
  name: string,
  how: How,
  connect: () => Promise<RelevoClient>,
  signal?: AbortSignal,
): Promise<EndReport> {
  const node = cluster.node(name);
  const pid = node.process.pid ?? 0;
  const response = await cluster.status().catch(() => null);
  const before = response === null ? null : leaderOf(response);
  const led = before?.nodeId === node.id;
  const client = led ? await connect() : null;
  const logs = new Map(
    cluster.nodes.map((each) => [each.name, new LogReader(each.process.settings.logFile)]),
  );
  const sent = { atMs: performance.now(), wallMs: Date.now() };
  const goneMs = await struck(node, how, sent.atMs);
  const majorityLeft = isMajority(cluster, response);
  const report = { name: node.name, pid, how, goneMs, led, hadLeader: before !== null };
  const expected = { ...report, majorityLeft, takeover: null, missing: null };
  if (client === null || !majorityLeft) return expected;
  try {
    const watch = { cluster, oldTerm: before?.term ?? 0, sent, logs, client, signal };
    const takeover = await watchTakeover(watch);
    return { ...expected, takeover, missing: takeover === null ? UNWATCHED : null };
  } catch (error) {
    if (!(error instanceof RelevoError || error instanceof ClusterError)) throw error;
    return { ...expected, missing: error.message };
  }
}

/** Whether those that run could elect. */
function isMajority({ nodes }: Cluster, before: ClusterResponse | null): boolean {
  const leader = before === null ? null : leaderOf(before);
  const able = nodes.filter(({ id, process }) => {
    if (process.state !== 'running') return false;
    const state = before?.nodes.find((view) => view.state?.nodeId === id)?.state;
    // One that knows neither the leader nor its term is kept out by the others, or has yet to come.
    const knows = state !== undefined && state.term >= (leader?.term ?? 0);
    return leader === null || knows;
  });
  return able.length > nodes.length / 2;
}

/** `ada killed (SIGKILL, pid 4121) · gone 3 ms · bob elected 62 ms, term 2 · ...`, in order of time. */
export function describeEnd(report: EndReport): string {
  const { name, pid, how, goneMs, takeover, majorityLeft, led, missing } = report;
  const frozen = how === 'SIGSTOP';
  const back = frozen ? `resume ${name}` : `start ${name}`;
  const gone = goneMs === null ? [] : [{ ms: goneMs, text: led ? 'leader gone' : 'gone' }];
  const parts = [`${name} ${VERBS[how]} (${how}, pid ${pid})`];
  if (takeover === null) {
    parts.push(...gone.map(({ ms, text }) => `${text} ${rounded(ms)}`));
    if (!majorityLeft) parts.push(`no majority is left: writes wait for one; go on with: ${back}`);
    else if (missing !== null) parts.push(`${missing}; who leads now: cluster`);
    else if (!report.hadLeader) parts.push('nobody leads yet: writes wait');
    else parts.push('it did not lead; writes go on');
    return parts.join(' · ');
  }
  const { leader, term, electedMs, firstWriteMs } = takeover;
  const times = [
    ...gone.map(({ ms, text }) => ({ ms, text: `${text} ${rounded(ms)}` })),
    { ms: electedMs, text: `${leader} elected ${rounded(electedMs)}, term ${term}` },
    { ms: firstWriteMs, text: `first write acknowledged ${rounded(firstWriteMs)}` },
  ];
  times.sort((one, other) => one.ms - other.ms);
  return [...parts, ...times.map(({ text }) => text)].join(' · ');
}

const VERBS: Readonly<Record<How, string>> = {
  SIGKILL: 'killed',
  SIGTERM: 'stopped',
  SIGSTOP: 'paused',
};

async function struck(node: ClusterNode, how: How, sentMs: number): Promise<number | null> {
  if (how === 'SIGSTOP') {
    node.process.pause();
    return null;
  }
  const exit = await (how === 'SIGKILL' ? node.process.kill() : node.process.stop());
  return exit.atMs - sentMs;
}

interface Watch {
  readonly cluster: Cluster;
  readonly oldTerm: number;
  readonly sent: { readonly atMs: number; readonly wallMs: number };
  /** By node name, from before the signal on. */
  readonly logs: ReadonlyMap<string, LogReader>;
  readonly client: RelevoClient;
  readonly signal: AbortSignal | undefined;
}

/** Null: the signal came first. */
async function watchTakeover(watch: Watch): Promise<Takeover | null> {
  const { client, sent, signal, logs } = watch;
  const [elected, firstWriteMs] = await Promise.all([
    watchElection(watch),
    probe(client, signal).then((atMs) => (atMs === null ? null : atMs - sent.atMs)),
  ]);
  if (elected === null || firstWriteMs === null) return null;
  const { leader, term, seenMs } = elected;
  const wonAtMs = electionIn(logs.get(leader), term);
  const wonMs = wonAtMs === null ? seenMs : Math.max(0, wonAtMs - sent.wallMs);
  // The proxy is asked now and then; whoever acknowledged the write was elected before.
  return { leader, term, electedMs: Math.min(wonMs, firstWriteMs), firstWriteMs };
}

interface Election {
  readonly leader: string;
  readonly term: number;
  /** When the proxy knew it. */
  readonly seenMs: number;
}

async function watchElection({ cluster, oldTerm, sent, signal }: Watch): Promise<Election | null> {
  while (performance.now() - sent.atMs < TAKEOVER_MS_MAX) {
    if (signal?.aborted === true) return null;
    const leader = await cluster.status().then(leaderOf, () => null);
    if (leader !== null && leader.term > oldTerm) {
      return { leader: leader.name, term: leader.term, seenMs: performance.now() - sent.atMs };
    }
    await pause(POLL_MS);
  }
  throw new ClusterError(
    'not-ready',
    `no new leader after ${TAKEOVER_MS_MAX / 1_000} s; the logs are in ${cluster.logDirectory}`,
  );
}

/** When the node itself says that it won, on the wall clock; null if it does not. */
function electionIn(log: LogReader | undefined, wonTerm: number): number | null {
  const won = log?.lines().find(({ event, fields: { role, term } }) => {
    return event === 'role' && role === 'leader' && term === wonTerm;
  });
  return won?.timeMs ?? null;
}

/** Goes through the log like every write, and leaves no trace: no such key can be there. */
async function probe(
  client: RelevoClient,
  signal: AbortSignal | undefined,
): Promise<number | null> {
  const options = { timeoutMs: TAKEOVER_MS_MAX, ...(signal === undefined ? {} : { signal }) };
  try {
    await client.delete('\0relevo\0probe', options);
  } catch (error) {
    if (signal?.aborted === true) return null;
    throw error;
  }
  return performance.now();
}

function rounded(ms: number): string {
  return `${Math.round(ms)} ms`;
}
