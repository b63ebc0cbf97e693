/** Starts or thaws a node, and says what became of it: as soon as that is known, not after a time-out. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Cluster, ClusterNode } from './cluster.js';
import { ClusterError } from './error.js';
import { LogReader, messageOf } from './log-reader.js';
import { lastWords } from './log-tail.js';
import { readyProblem } from './readiness.js';

const POLL_MS = 20;
const COMEBACK_MS_MAX = 20_000;

export type Comeback =
  /** It follows, or leads. Times are in milliseconds since it was started or thawed. */
  | {
      readonly type: 'back';
      readonly tookMs: number;
      readonly role: string;
      readonly term: number;
      readonly appliedIndex: number;
    }
  /** Its peers do not let it in; `message` is theirs, with the remedy. */
  | { readonly type: 'refused'; readonly message: string }
  /** It runs, and so do too few for a leader. */
  | { readonly type: 'no-majority'; readonly running: number }
  /** It ended again by itself; `message` is what it said last. */
  | { readonly type: 'ended'; readonly message: string }
  /** `signal` fired; it goes on by itself. */
  | { readonly type: 'unwatched'; readonly problem: string };

/** `start` starts or thaws the node. Rejects with a ClusterError if nothing of that comes true in 20 s. */
export async function comeBack(
  cluster: Cluster,
  name: string,
  start: () => Promise<void>,
  signal: AbortSignal,
): Promise<Comeback> {
  const node = cluster.node(name);
  const log = new LogReader(node.process.settings.logFile);
  const said: Said = { refusal: null };
  const startedMs = performance.now();
  await start();
  for (;;) {
    listen(log, said);
    const known = fate(cluster, node, said) ?? (await standing(cluster, node, startedMs));
    if (typeof known !== 'string') return known;
    if (signal.aborted) return { type: 'unwatched', problem: known };
    if (performance.now() - startedMs > COMEBACK_MS_MAX) {
      throw new ClusterError(
        'not-ready',
        `${name} runs, but after ${COMEBACK_MS_MAX / 1_000} s ${known}; ` +
          `its log is ${node.process.settings.logFile}`,
      );
    }
    await pause(POLL_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** One line, with what to do next where there is something to do. */
export function describeComeback(name: string, cluster: Cluster, comeback: Comeback): string {
  const { pid, settings } = cluster.node(name).process;
  switch (comeback.type) {
    case 'back': {
      const { role, term, appliedIndex, tookMs } = comeback;
      const took = `after ${Math.round(tookMs)} ms (pid ${pid})`;
      return `${name} is back ${took}: ${role}, term ${term}, applied ${appliedIndex}`;
    }
    case 'refused':
      return (
        `${name} runs (pid ${pid}) and is kept out by the others: ${comeback.message}\n` +
        `Here: stop ${name}, put back ${cluster.node(name).dataDirectory} as it was, start ${name}; ` +
        'or begin anew with npm start -- --fresh.'
      );
    case 'no-majority': {
      const all = cluster.nodes.length;
      const others = cluster.nodes
        .filter((node) => node.process.state !== 'running')
        .map((node) => `${node.process.state === 'paused' ? 'resume' : 'start'} ${node.name}`);
      return (
        `${name} runs (pid ${pid}), ${comeback.running} of ${all}: no majority, so nobody leads yet; ` +
        `go on with: ${others.join(', or ')}`
      );
    }
    case 'ended':
      return `${name} ended by itself: ${comeback.message}\nIts log is ${settings.logFile}`;
    case 'unwatched':
      return `${name} runs on (pid ${pid}); so far ${comeback.problem}`;
  }
}

interface Said {
  refusal: string | null;
}

/** What its peers told it. */
function listen(log: LogReader, said: Said): void {
  for (const { event, fields } of log.lines()) {
    const message = messageOf(fields);
    if (event === 'refused by peer' && message !== null) said.refusal = message;
  }
}

/** What the processes and the log say. */
function fate(cluster: Cluster, node: ClusterNode, said: Said): Comeback | null {
  if (node.process.state === 'stopped') {
    return { type: 'ended', message: lastWords(node.process.settings.logFile) };
  }
  if (said.refusal !== null) return { type: 'refused', message: said.refusal };
  const running = cluster.nodes.filter(({ process }) => process.state === 'running').length;
  return running > cluster.nodes.length / 2 ? null : { type: 'no-majority', running };
}

/** What the proxy says; a text is what is still missing. */
async function standing(
  cluster: Cluster,
  node: ClusterNode,
  startedMs: number,
): Promise<Comeback | string> {
  let response;
  try {
    response = await cluster.status();
  } catch (error) {
    return `no proxy answers (${error instanceof Error ? error.message : String(error)})`;
  }
  const problem = readyProblem(response, [node]);
  if (problem !== null) return problem;
  const state = response.nodes.find((view) => view.state?.nodeId === node.id)?.state;
  if (state === undefined) return `the proxy does not know ${node.name}`;
  const role = state.leader === state.nodeId ? 'leader' : 'follower';
  const { term, appliedIndex } = state;
  return { type: 'back', tookMs: performance.now() - startedMs, role, term, appliedIndex };
}
