/** `npm start`: a cluster on this machine, and a prompt to it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommanderError } from 'commander';
import { settingsDirectory, standingDirectory } from '#config';
import { Prompt, settingsFor, terminalWorld } from '#client/cli';
import { Relevo } from '#client';
import { bannerLines, startLines } from './banner.js';
import { Cluster } from './cluster.js';
import { ControlSocket } from './control-socket.js';
import type { Control } from './control.js';
import { ClusterError, unwritable } from './error.js';
import { parseStartOptions, type StartOptions } from './options.js';
import { promptVerbs } from './prompt-verbs.js';
import { smoke } from './smoke.js';
import { smokeLines } from './smoke-report.js';
import { wrapped } from './wrap.js';

// npm runs this in the package's folder; paths begin where the user stands.
const workingDirectory = settingsDirectory(process.env, process.cwd());
process.chdir(standingDirectory(process.env, process.cwd()));

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

const sayAll = (lines: readonly string[]): void => {
  const columns = process.stdout.isTTY ? process.stdout.columns : Infinity;
  for (const line of lines.flatMap((each) => wrapped(each, columns))) say(line);
};

process.exit(await main());

async function main(): Promise<number> {
  try {
    const options = parseStartOptions(process.argv.slice(2), process.cwd(), (text) => {
      process.stderr.write(text);
    });
    return options.smoke ? await runSmoke(options) : await runCluster(options);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const known = error instanceof ClusterError ? error : unwritable(error);
    if (known === null) throw error;
    process.stderr.write(`relevo: ${known.message}\n`);
    return known.isUsage ? 2 : 1;
  }
}

async function runCluster(options: StartOptions): Promise<number> {
  const dataDirectory = options.dataDirectory ?? join(process.cwd(), 'data');
  const control = new ControlSocket();
  try {
    const cluster = await Cluster.create({
      ...options,
      dataDirectory,
      environment: process.env,
      workingDirectory,
      control,
    });
    await control.serve(cluster);
    return await runUntilEnd(cluster, control);
  } finally {
    control.close();
  }
}

async function runUntilEnd(cluster: Cluster, control: Control): Promise<number> {
  const ending = endingSignal();
  sayAll(startLines(cluster));
  try {
    await cluster.startAll();
    await Promise.race([cluster.waitUntilReady(), ending.fired]);
    if (!ending.signal.aborted) {
      sayAll(bannerLines(cluster, await cluster.leader(), control));
      await stayUp(cluster, ending);
    }
  } finally {
    say('stopping: proxy, followers, leader');
    await cluster.stopAll();
  }
  say(`stopped; the data stays in ${cluster.dataDirectory}`);
  return 0;
}

/** Until the prompt ends, or a signal comes. Without a terminal there is no prompt. */
async function stayUp(cluster: Cluster, ending: Ending): Promise<void> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    const stopWatching = cluster.onDeath(say);
    await ending.fired;
    stopWatching();
    return;
  }
  const terminal = terminalWorld((endpoints, options) => Relevo.connect(endpoints, options));
  const world = { ...terminal, environment: { ...terminal.environment, ...cluster.environment } };
  const prompt = new Prompt({
    world,
    settings: settingsFor(cluster.endpoints, world, cluster.tlsDirectory),
    verbs: promptVerbs(cluster),
    historyFile: join(cluster.dataDirectory, '.prompt-history'),
    input: process.stdin,
    output: process.stdout,
  });
  const stopWatching = cluster.onDeath((text) => {
    prompt.note(text);
  });
  void ending.fired.then(() => {
    prompt.close();
  });
  await prompt.run();
  stopWatching();
}

async function runSmoke(options: StartOptions): Promise<number> {
  const own = options.dataDirectory === null;
  const dataDirectory = options.dataDirectory ?? mkdtempSync(join(tmpdir(), 'relevo-smoke-'));
  const startedMs = performance.now();
  const ending = endingSignal();
  const run = smoke({ ...options, dataDirectory, ports: own ? 'random' : 'standard' }, (text) => {
    say(`${((performance.now() - startedMs) / 1_000).toFixed(1).padStart(6)} s  ${text}`);
  });
  const report = await Promise.race([run, ending.fired]);
  // The children end with this process (ClusterProcess).
  if (report === undefined) return 130;
  for (const line of smokeLines(report)) say(line);
  const passed = report.reasons.length === 0;
  if (own && passed) rmSync(dataDirectory, { recursive: true, force: true });
  else say(`data and logs: ${dataDirectory}`);
  return passed ? 0 : 1;
}

interface Ending {
  readonly signal: AbortSignal;
  readonly fired: Promise<undefined>;
}

/** The first signal asks for the end, in order; the second is the end. */
function endingSignal(): Ending {
  const controller = new AbortController();
  const { signal } = controller;
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (signal.aborted) process.exit(130);
      controller.abort();
    });
  }
  const fired = new Promise<undefined>((resolve) => {
    signal.addEventListener('abort', () => {
      resolve(undefined);
    });
  });
  return { signal, fired };
}
