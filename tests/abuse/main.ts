/**
 * `npm run abuse`: three nodes and a proxy as real processes, a healthy client, and everything that a
 * stranger may do to their ports. One line an attack and one at the end; exit status 1 on any violation.
 */
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { Command, InvalidArgumentError } from 'commander';
import { Cluster } from '#cluster';
import { AttackerProcess } from './attacker-process.js';
import { ATTACKS } from './attacks/index.js';
import type { Attack } from './attacks/attack.js';
import { Course, type Judged } from './course.js';
import { detailsOf, lineOf } from './line.js';
import type { Holding } from './processes.js';

/**
 * A file system in memory: the ports are attacked, not the disk, whose stalls (syncs of 0.9 s were seen on a shared
 * machine) the healthy client would be judged by.
 */
const MEMORY = '/dev/shm';
const ROOT = existsSync(MEMORY) ? MEMORY : tmpdir();
const KEPT = join('results', 'abuse');
const NAMES = ATTACKS.map(({ name }) => name).join(', ');
/** Neither passed nor failed: the machine lacks something. */
const NOT_RUN = 77;
/** Long, so that a machine that stands still for a second elects nobody; an attack that changes the leader does. */
const ELECTION_TIMEOUT = '3000-5000ms';
/** Short, so that what is cut by them is cut within the course. */
const SETTINGS = { REQUEST_TIMEOUT: '5s', SESSION_TIMEOUT: '5s' };
/**
 * What a process may hold at the end beyond what it held at the start, MiB, and how long it is given. A heap that was
 * filled once stays large: never-reads leaves the proxy with some 110 MiB more, and four of it in a row with no more
 * than that. All attacks together left it with 171.
 */
const LEFT_MIB_MAX = 240;
const REST_MS = 6_000;

interface Options {
  readonly only?: readonly Attack[];
  readonly details: boolean;
}

const program = new Command('abuse')
  .description('Attacks on every port, while a healthy client is to notice nothing.')
  .option('--only <names>', `in this order, also more than once, some of ${NAMES}`, attacksOf)
  .option('--details', 'what each offender did and was told', false)
  .parse();

process.exitCode = await main(program.opts<Options>());

async function main({ only = ATTACKS, details }: Options): Promise<number> {
  if (process.platform !== 'linux') {
    console.error(
      'abuse: it reads /proc and takes addresses of 127.0.0.0/8, as Linux alone has them',
    );
    return NOT_RUN;
  }
  const dataDirectory = mkdtempSync(join(ROOT, 'relevo-abuse-'));
  const cluster = await Cluster.start({
    dataDirectory,
    ports: 'random',
    electionTimeout: ELECTION_TIMEOUT,
    environment: SETTINGS,
  });
  const attacker = new AttackerProcess();
  let status = 1;
  try {
    status = await attackAll(cluster, attacker, only, details);
    return status;
  } finally {
    attacker.end();
    await cluster.stopAll();
    // What went wrong is to be looked at.
    if (status !== 0) {
      const kept = join(KEPT, basename(dataDirectory));
      cpSync(dataDirectory, kept, { recursive: true });
      console.error(`logs and data are kept in ${kept}`);
    }
    rmSync(dataDirectory, { recursive: true, force: true });
  }
}

async function attackAll(
  cluster: Cluster,
  attacker: AttackerProcess,
  attacks: readonly Attack[],
  details: boolean,
): Promise<number> {
  const course = await Course.begin(cluster, attacker);
  const before = course.holdings();
  const all: Judged[] = [];
  for (const attack of attacks) {
    const judged = await course.play(attack);
    all.push(judged);
    console.log(lineOf(judged));
    if (details) for (const line of detailsOf(judged)) console.log(line);
  }
  await pause(REST_MS);
  const left = leftOf(before, course.holdings());
  await course.end();
  const violated = all.filter(({ violations }) => violations.length > 0);
  const isBack = left.every(({ mib }) => mib <= LEFT_MIB_MAX);
  console.log(summaryOf(all, violated.length, left));
  return violated.length === 0 && isBack ? 0 : 1;
}

interface Left {
  readonly name: string;
  readonly mib: number;
}

function leftOf(
  before: ReadonlyMap<string, Holding>,
  after: ReadonlyMap<string, Holding>,
): readonly Left[] {
  return [...after].map(([name, { residentMiB }]) => ({
    name,
    mib: residentMiB - (before.get(name)?.residentMiB ?? 0),
  }));
}

function summaryOf(all: readonly Judged[], violated: number, left: readonly Left[]): string {
  const sum = (pick: (judged: Judged) => number): number =>
    all.reduce((total, judged) => total + pick(judged), 0);
  const worst = Math.max(...all.map(({ trial }) => trial.during.p99Ms));
  const held = left.map(({ name, mib }) => `${name} ${mib.toFixed(0)}`).join(', ');
  return (
    `abuse: ${all.length} attacks, ${violated} violated; ` +
    `${sum(({ trial }) => trial.during.requests)} healthy requests under attack, ` +
    `${sum(({ trial }) => trial.during.failures.length)} failed, worst p99 ${worst.toFixed(1)} ms; ` +
    `MiB more than at the start, ${REST_MS / 1_000} s after: ${held} (at most ${LEFT_MIB_MAX})`
  );
}

function attacksOf(text: string): readonly Attack[] {
  return text.split(',').map((asked) => {
    const found = ATTACKS.find(({ name }) => name === asked);
    if (found === undefined) throw new InvalidArgumentError(`Give some of ${NAMES}.`);
    return found;
  });
}
