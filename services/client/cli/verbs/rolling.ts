import { spawn } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import type { Command } from 'commander';
import { NodeRole, type NodeState } from '#rpc/generated/relevo/v1/session';
import type { Call } from '../call.js';
import { NotHandedOver } from '../cluster-status.js';
import { ExitCode, Interrupted, NotNow, UsageError } from '../exit-code.js';
import { duration, wholeNumber } from '../settings.js';
import { problemAmong, problemOfNewcomer } from '../side-by-side.js';
import { numberOption, type Verb } from '../verb.js';

const BACK_MS_MAX = 120_000;
/** Entries: a follower that is so close is read from again. */
const LAG_MAX = 1_000;
const LOOK_MS = 100;
/** A new process is seen at the proxy within this. */
const NOTICED_MS_MAX = 3_000;

/** A leader gives a hand-over up after an election timeout, which one slow sync of its heir may exceed. */
const HAND_OVERS_MAX = 3;

const LEADER = NodeRole.NODE_ROLE_LEADER;

export const rolling: Verb = {
  name: 'rolling',
  usage: '',
  summary:
    'run a command for one node after the other, followers first, so that no request is lost; for an upgrade, of the release that comes',
  completes: 'none',
  options(command: Command) {
    command
      .requiredOption(
        '--run <command>',
        "for the shell; {name}, {id} and {host} are the node's: ssh {host} sudo systemctl restart relevo-node",
      )
      .option(
        '--max-lag <entries>',
        'how close a node has to be before the next',
        wholeNumber,
        LAG_MAX,
      )
      .option('--wait <time>', 'how long a node may take to come back', duration, BACK_MS_MAX);
  },
  async run(call, _args, options) {
    const template = String(options['run']);
    const terms = {
      lagMax: numberOption(options, 'maxLag') ?? LAG_MAX,
      waitMs: numberOption(options, 'wait') ?? BACK_MS_MAX,
    };
    await untilWell(call, terms, 'before the first step');
    await refuseStranger(call);
    const done = new Set<number>();
    for (let node = await nextOf(call, done); node !== null; node = await nextOf(call, done)) {
      await step(call, node, template, terms);
      done.add(node.nodeId);
    }
    call.print.line(`${done.size} nodes, one after the other; all are well`);
    return ExitCode.ok;
  },
};

interface Terms {
  readonly lagMax: number;
  readonly waitMs: number;
}

/** This command is to be of the release that the nodes are to run: it knows who can stand beside it. */
async function refuseStranger(call: Call): Promise<void> {
  const problem = problemOfNewcomer(call.world.program, 'what comes', await statesOf(call));
  if (problem === null) return;
  throw new NotNow(
    `no node was touched, for some would not work side by side: ${problem}. What comes is taken to be of this ` +
      "command's own release; run the command of the release that the nodes are to run",
  );
}

/** The next to be seen to: followers in order of their ids, the leader last; null: none is left. */
async function nextOf(call: Call, done: ReadonlySet<number>): Promise<NodeState | null> {
  const left = (await statesOf(call)).filter(({ nodeId }) => !done.has(nodeId));
  return left.find(({ role }) => role !== LEADER) ?? left[0] ?? null;
}

async function step(call: Call, node: NodeState, template: string, terms: Terms): Promise<void> {
  const { print } = call;
  const { name } = node;
  const began = performance.now();
  if (node.role === LEADER) await handOver(call, node);
  const words = filledIn(template, node);
  print.line(`${name}: ${words}`);
  const exit = await shell(call, words);
  if (exit !== 0) {
    throw new NotNow(
      `${name}: the command ended with ${exit}; no other node was touched after it. Mend ${name}, see that ` +
        'the cluster is well (relevo cluster), and run this again',
    );
  }
  const restarted = await isRestarted(call, node);
  await untilWell(call, terms, `after ${name}`);
  const seconds = ((performance.now() - began) / 1_000).toFixed(1);
  print.line(`${name}: well after ${seconds} s${restarted ? '' : ' (it was not restarted)'}`);
}

/** The proxy may not have noticed yet that the old process is gone. */
async function isRestarted(call: Call, { nodeId, incarnation }: NodeState): Promise<boolean> {
  const end = performance.now() + NOTICED_MS_MAX;
  while (performance.now() < end) {
    const now = (await statesOf(call)).find((state) => state.nodeId === nodeId);
    if (now !== undefined && !['', incarnation].includes(now.incarnation)) return true;
    await pause(LOOK_MS);
  }
  return false;
}

/** The leader's turn comes last, and somebody else leads by then: a leader that stops by itself takes longer. */
async function handOver(call: Call, { nodeId, name }: NodeState): Promise<void> {
  const leader = await heirOf(call);
  if (leader === nodeId) throw new NotNow(`${name} could not hand the leadership over; try again`);
  const next = (await statesOf(call)).find((state) => state.nodeId === leader);
  call.print.line(`${name}: hands the leadership to ${next?.name ?? `node ${leader}`}`);
}

/** The node that leads after a hand-over. */
async function heirOf(call: Call): Promise<number> {
  for (let tried = 1; ; tried += 1) {
    try {
      return (await call.transfer(0)).leader;
    } catch (error) {
      if (!(error instanceof NotHandedOver) || tried === HAND_OVERS_MAX) throw error;
      call.print.note(`${error.message}; it is asked again`);
      await pause(LOOK_MS);
    }
  }
}

function filledIn(template: string, { name, nodeId, address }: NodeState): string {
  const host = address.replace(/:\d+$/, '');
  return template
    .replaceAll('{name}', name)
    .replaceAll('{id}', String(nodeId))
    .replaceAll('{host}', host);
}

/** Its exit status; what it says goes to standard error, so that it is not taken for this command's words. */
function shell(call: Call, words: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(words, {
      shell: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      signal: call.signal,
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        call.print.note(chunk.toString().trimEnd());
      });
    }
    child.once('error', (error) => {
      reject(call.signal.aborted ? new Interrupted() : new UsageError(`--run: ${error.message}`));
    });
    child.once('close', (code) => {
      resolve(code ?? 1);
    });
  });
}

/** Every node is connected, healthy and close, and one leads. */
async function untilWell(call: Call, { lagMax, waitMs }: Terms, when: string): Promise<void> {
  const end = performance.now() + waitMs;
  for (;;) {
    const problem = await problemOf(call, lagMax);
    if (problem === null) return;
    if (call.signal.aborted) throw new Interrupted();
    if (performance.now() > end) {
      throw new NotNow(
        `${when}: ${problem}, for ${waitMs / 1_000} s; put that right, and run this again`,
      );
    }
    await pause(LOOK_MS);
  }
}

async function problemOf(call: Call, lagMax: number): Promise<string | null> {
  const response = await call.status().catch((error: unknown) => String(error));
  if (typeof response === 'string') return response;
  const { nodes } = response;
  const gone = nodes.find(({ connected, state }) => !connected || state === undefined);
  if (gone !== undefined) return `${gone.state?.name || gone.address} is not connected`;
  const states = nodes.flatMap(({ state }) => state ?? []);
  const apart = problemAmong(states);
  if (apart !== null) return `two can't work side by side: ${apart}`;
  const sick = states.find(({ healthy }) => !healthy);
  if (sick !== undefined) return `${sick.name} is not healthy`;
  const leaders = states.filter(({ role }) => role === LEADER);
  if (leaders.length !== 1) return leaders.length === 0 ? 'nobody leads' : 'two lead';
  const committed = Math.max(...states.map(({ commitIndex }) => commitIndex));
  const behind = states.find(({ appliedIndex }) => committed - appliedIndex > lagMax);
  return behind === undefined
    ? null
    : `${behind.name} is ${committed - behind.appliedIndex} entries behind`;
}

async function statesOf(call: Call): Promise<NodeState[]> {
  const { nodes } = await call.status();
  const states = nodes.flatMap(({ state, address }) =>
    state === undefined ? [] : [{ ...state, address }],
  );
  return states.sort((a, b) => a.nodeId - b.nodeId);
}
