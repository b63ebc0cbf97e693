/** What the prompt of `npm start` can do beyond a client's commands: it owns the processes. */
import { ExitCode, UsageError, leaderOf, required, VERBS, type Call, type Verb } from '#client/cli';
import type { Cluster } from './cluster.js';
import { ClusterError } from './error.js';
import { describeEnd, endNode } from './failover.js';

/** All commands: a client's, with `files` answered from the cluster's own folders, and these. */
export function promptVerbs(cluster: Cluster): readonly Verb[] {
  const files = VERBS.find((verb) => verb.name === 'files');
  if (files === undefined) throw new Error('the command line has no verb "files"');
  return [
    ...VERBS.filter((verb) => verb !== files),
    filesOf(cluster, files),
    end(cluster, 'kill', 'SIGKILL', 'end it at once, as a crash would, and time the takeover'),
    end(cluster, 'stop', 'SIGTERM', 'end it properly: it hands leadership over first'),
    start(cluster),
    freeze(cluster),
    thaw(cluster),
  ];
}

function end(cluster: Cluster, name: string, how: 'SIGKILL' | 'SIGTERM', summary: string): Verb {
  return onNode(cluster, { name, usage: '<leader|NAME>', summary }, async (call, node) => {
    const client = await call.client();
    call.print.line(describeEnd(await endNode(cluster, node, how, client)));
  });
}

function start(cluster: Cluster): Verb {
  const form = { name: 'start', usage: '<NAME>', summary: 'start a node that was ended' };
  return onNode(cluster, form, async (call, node) => {
    const startedMs = performance.now();
    await cluster.start(node);
    await cluster.waitUntilReady();
    const { nodes } = await cluster.status();
    const state = nodes.find((view) => view.state?.name === node)?.state;
    const took = Math.round(performance.now() - startedMs);
    const term = state === undefined ? '' : `, term ${state.term}, applied ${state.appliedIndex}`;
    call.print.line(
      `${node} is back after ${took} ms (pid ${cluster.node(node).process.pid})${term}`,
    );
  });
}

function freeze(cluster: Cluster): Verb {
  const form = {
    name: 'pause',
    usage: '<leader|NAME>',
    summary: 'freeze it (SIGSTOP): it keeps its connections and answers nothing',
  };
  return onNode(cluster, form, (call, node) => {
    cluster.pause(node);
    call.print.line(`${node} stands still; resume ${node} lets it go on`);
    return Promise.resolve();
  });
}

function thaw(cluster: Cluster): Verb {
  const form = { name: 'resume', usage: '<NAME>', summary: 'let a paused node go on (SIGCONT)' };
  return onNode(cluster, form, (call, node) => {
    cluster.resume(node);
    call.print.line(`${node} goes on`);
    return Promise.resolve();
  });
}

function filesOf(cluster: Cluster, files: Verb): Verb {
  return {
    ...files,
    run: async (call, args, options) => {
      const name = required(args, 0);
      const directory = /[/\\]/.test(name)
        ? name
        : await asUsage(async () => cluster.node(await nodeNamed(cluster, name)).dataDirectory);
      return files.run(call, [directory], options);
    },
  };
}

type NodeWork = (call: Call, node: string) => Promise<void>;

function onNode(
  cluster: Cluster,
  form: Pick<Verb, 'name' | 'usage' | 'summary'>,
  work: NodeWork,
): Verb {
  return {
    ...form,
    completes: 'node',
    run: async (call, args) => {
      await asUsage(async () => {
        await work(call, await nodeNamed(cluster, required(args, 0)));
      });
      return ExitCode.ok;
    },
  };
}

/** What the cluster refuses is the line's fault, not ours. */
async function asUsage<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ClusterError) throw new UsageError(error.message);
    throw error;
  }
}

/** `leader` is whoever leads now; otherwise a name or an id. */
async function nodeNamed(cluster: Cluster, name: string): Promise<string> {
  if (name !== 'leader') return cluster.node(name).name;
  const leader = leaderOf(await cluster.status());
  if (leader !== null) return leader.name;
  throw new UsageError('nobody leads at this moment; name a node');
}
