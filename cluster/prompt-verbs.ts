/** What the prompt of `npm start` can do beyond a client's commands: it owns the processes. */
import { ExitCode, NotNow, leaderOf, required, VERBS, type Call, type Verb } from '#client/cli';
import type { Cluster } from './cluster.js';
import { ClusterError } from './error.js';
import { comeBack, describeComeback } from './comeback.js';
import { describeEnd, endNode, type How } from './failover.js';
import type { ProcessState } from './process.js';
import { wrapped } from './wrap.js';

/** A takeover from a frozen leader, which only its silence tells of, takes less. */
const NOTE_MS = 2_500;

/** All commands: a client's, with `files` answered from the cluster's own folders, and these. */
export function promptVerbs(cluster: Cluster): readonly Verb[] {
  const files = VERBS.find((verb) => verb.name === 'files');
  if (files === undefined) throw new Error('the command line has no verb "files"');
  return [
    ...VERBS.filter((verb) => verb !== files),
    filesOf(cluster, files),
    strike(cluster, {
      name: 'kill',
      how: 'SIGKILL',
      summary: 'end it at once, as a crash would, and time the takeover',
      states: ['running', 'paused'],
    }),
    strike(cluster, {
      name: 'stop',
      how: 'SIGTERM',
      summary: 'end it properly: it hands leadership over first',
      states: ['running', 'paused'],
    }),
    start(cluster),
    strike(cluster, {
      name: 'pause',
      how: 'SIGSTOP',
      summary: 'freeze it (SIGSTOP): it keeps its connections and answers nothing',
      states: ['running'],
    }),
    thaw(cluster),
  ];
}

interface Strike {
  readonly name: string;
  readonly how: How;
  readonly summary: string;
  /** Which nodes completion offers. */
  readonly states: readonly ProcessState[];
}

function strike(cluster: Cluster, { name, how, summary, states }: Strike): Verb {
  const form = { name, usage: '<leader|NAME>', summary, states };
  return onNode(cluster, form, async (call, node) => {
    if (how === 'SIGSTOP' && cluster.node(node).process.state === 'paused') {
      throw new NotNow(`${node} is paused already; resume ${node} lets it go on`);
    }
    const work = endNode(cluster, node, how, () => call.client(), call.signal);
    const report = await noted(call, 'waiting for the others to take over', work);
    print(call, describeEnd(report));
    if (report.missing === null) return ExitCode.ok;
    return call.signal.aborted ? ExitCode.interrupted : ExitCode.unavailable;
  });
}

function start(cluster: Cluster): Verb {
  const form = { name: 'start', usage: '<NAME>', summary: 'start a node that was ended' };
  return onNode(cluster, { ...form, states: ['stopped'] }, (call, node) =>
    back(cluster, call, node, () => cluster.start(node)),
  );
}

function thaw(cluster: Cluster): Verb {
  const form = { name: 'resume', usage: '<NAME>', summary: 'let a paused node go on (SIGCONT)' };
  return onNode(cluster, { ...form, states: ['paused'] }, (call, node) => {
    const { state } = cluster.node(node).process;
    if (state === 'running') throw new NotNow(`${node} is not paused: it runs; see: cluster`);
    return back(cluster, call, node, () => {
      cluster.resume(node);
      return Promise.resolve();
    });
  });
}

async function back(
  cluster: Cluster,
  call: Call,
  node: string,
  begin: () => Promise<void>,
): Promise<ExitCode> {
  const work = comeBack(cluster, node, begin, call.signal);
  const comeback = await noted(call, `waiting for ${node} to follow a leader`, work);
  print(call, describeComeback(node, cluster, comeback));
  if (comeback.type === 'unwatched') return ExitCode.interrupted;
  return comeback.type === 'back' ? ExitCode.ok : ExitCode.negative;
}

/** A person should know what a silence is about. */
async function noted<Result>(call: Call, text: string, work: Promise<Result>): Promise<Result> {
  const timer = setTimeout(() => {
    if (call.print.decorated) call.print.note(`${text} (Ctrl+C ends the waiting) ...`);
  }, NOTE_MS);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
  }
}

function print({ print: printer, world }: Call, text: string): void {
  const lines = printer.decorated ? wrapped(text, world.stdout.columns) : text.split('\n');
  for (const line of lines) printer.line(line);
}

function filesOf(cluster: Cluster, files: Verb): Verb {
  return {
    ...files,
    nodes: () => namesOf(cluster, ['running', 'paused', 'stopped'], true),
    run: async (call, args, options) => {
      const name = required(args, 0);
      const directory = /[/\\]/.test(name)
        ? name
        : await asUsage(async () => cluster.node(await nodeNamed(cluster, name)).dataDirectory);
      return files.run(call, [directory], options);
    },
  };
}

type NodeWork = (call: Call, node: string) => Promise<ExitCode>;

function onNode(
  cluster: Cluster,
  form: Pick<Verb, 'name' | 'usage' | 'summary'> & { readonly states: readonly ProcessState[] },
  work: NodeWork,
): Verb {
  const { states, ...described } = form;
  return {
    ...described,
    completes: 'node',
    nodes: () => namesOf(cluster, states, described.usage.includes('leader')),
    run: (call, args) =>
      asUsage(async () => work(call, await nodeNamed(cluster, required(args, 0)))),
  };
}

/** The processes are known here, whether or not a proxy answers. */
function namesOf(
  { nodes }: Cluster,
  states: readonly ProcessState[],
  withLeader: boolean,
): readonly string[] {
  const fitting = nodes.filter(({ process }) => states.includes(process.state));
  return [...(withLeader ? ['leader'] : []), ...fitting.map(({ name }) => name)];
}

/** What the cluster refuses is the line's fault, not ours. */
async function asUsage<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ClusterError) throw new NotNow(error.message);
    throw error;
  }
}

/** `leader` is whoever leads now; otherwise a name or an id. */
async function nodeNamed(cluster: Cluster, name: string): Promise<string> {
  if (name !== 'leader') return cluster.node(name).name;
  const leader = leaderOf(await cluster.status());
  if (leader !== null) return leader.name;
  throw new NotNow('nobody leads at this moment; name a node');
}
