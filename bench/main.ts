/**
 * `npm run bench`: throughput and latency of three nodes and a proxy on this machine, all callers of each
 * in one client process; with `--compare etcd` beside three etcd members in the same run, case by case in turn.
 */
import { Command } from 'commander';
import { cpus } from 'node:os';
import process from 'node:process';
import { EtcdCluster } from './etcd-cluster.js';
import { usageOf, type Usage } from './process-usage.js';
import { findingsTable } from './finding.js';
import { measureGrowth, PARTS } from './growth.js';
import type { Kind } from './operations.js';
import { startEtcd, startRelevo, type Subject } from './subject.js';
import { tableOf, type Row } from './table.js';

interface Options {
  readonly compare?: string;
  readonly seconds: string;
  readonly warmUp: string;
  readonly callers: string;
  readonly kinds: string;
  readonly root: string;
  readonly json?: boolean;
}

interface Sizes {
  readonly keys: string;
  readonly small: string;
  readonly only: string;
}

const CASES: readonly (readonly [Kind, string])[] = [
  ['put', 'put'],
  ['get', 'get, linearizable'],
  ['getStale', 'get, stale'],
];

const WARM_UP_CALLERS = 100;

const command = new Command('bench')
  .description('Measures put and get at 1, 100 and 1,000 callers.')
  .option('--compare <what>', 'measure this beside it in the same run: etcd')
  .option('--seconds <n>', 'how long each case is measured', '5')
  .option('--warm-up <n>', 'how long each kind of request is made before any is measured', '5')
  .option('--callers <list>', 'how many callers, separated by commas', '1,100,1000')
  .option(
    '--kinds <list>',
    `which requests: ${CASES.map(([kind]) => kind).join(', ')}`,
    'put,get,getStale',
  )
  .option('--root <dir>', 'a folder on a real disk for the data', 'results/bench')
  .option('--json', 'print the figures as JSON');

command.action(async (options: Options) => {
  process.exitCode = await main(options);
});
command
  .command('growth')
  .description('Measures what a million keys cost: rate, pauses, memory, restarts, a new follower.')
  .option('--keys <n>', 'keys of the large cluster', '1000000')
  .option('--small <n>', 'keys of the small one', '10000')
  .option('--only <parts>', `of ${PARTS.join(', ')}: these`, PARTS.join(','))
  .action(async (sizes: Sizes) => {
    process.exitCode = await grow({ ...command.opts<Options>(), ...sizes });
  });
await command.parseAsync();

/** Takes some minutes and 4 GB of memory. Fails when a target was missed. */
async function grow(options: Options & Sizes): Promise<number> {
  const { keys, small, seconds, only, root, json } = options;
  const parts = only.split(',');
  const numbers = { keys: Number(keys), small: Number(small), seconds: Number(seconds) };
  if (Object.values(numbers).some((n) => !(n >= 1 && Number.isInteger(n)))) {
    console.error('bench growth: --keys, --small and --seconds take whole numbers above 0');
    return 2;
  }
  const unknown = parts.find((part) => !PARTS.includes(part));
  if (unknown !== undefined) {
    console.error(`bench growth: --only knows ${PARTS.join(', ')}, not ${unknown}`);
    return 2;
  }
  const findings = await measureGrowth({
    ...numbers,
    parts,
    root,
    say: (text) => {
      console.error(text);
    },
  });
  console.log(json === true ? JSON.stringify(findings) : findingsTable(findings));
  return findings.some(({ held }) => held === false) ? 1 : 0;
}

async function main(options: Options): Promise<number> {
  const callers = options.callers.split(',').map(Number);
  const seconds = Number(options.seconds);
  const warmUp = Number(options.warmUp);
  if (!(seconds > 0) || !(warmUp >= 0) || callers.some((n) => !(n >= 1 && Number.isInteger(n)))) {
    console.error(
      'bench: --seconds takes a number above 0, --warm-up one from 0 on, --callers whole numbers: 1,100,1000',
    );
    return 2;
  }
  const kinds = options.kinds.split(',');
  const cases = CASES.filter(([kind]) => kinds.includes(kind));
  const unknown = kinds.find((kind) => !CASES.some(([known]) => known === kind));
  if (unknown !== undefined) {
    console.error(`bench: --kinds knows ${CASES.map(([kind]) => kind).join(', ')}, not ${unknown}`);
    return 2;
  }
  const subjects = await subjectsOf(options);
  if (subjects === null) return 2;
  try {
    for (const subject of subjects) {
      await subject.callers.fill();
      await warm(subject, cases, warmUp);
    }
    const rows = await measureAll(subjects, cases, callers, seconds);
    console.log(options.json === true ? JSON.stringify(rows) : tableOf(rows));
    return rows.some((row) => row.result.failed > 0) ? 1 : 0;
  } finally {
    for (const subject of subjects) await subject.stop();
  }
}

async function subjectsOf(options: Options): Promise<Subject[] | null> {
  if (options.compare !== undefined && options.compare !== 'etcd') {
    console.error(`bench: --compare knows etcd, not ${options.compare}`);
    return null;
  }
  const version = options.compare === undefined ? null : EtcdCluster.installed();
  if (options.compare !== undefined && version === null) {
    console.error('bench: etcd is not installed (Debian: apt-get install etcd-server)');
    return null;
  }
  const [cpu] = cpus();
  console.error(
    `machine    ${cpus().length} x ${cpu?.model ?? 'unknown'}, Node ${process.versions.node}` +
      (version === null ? '' : `, etcd ${version}`),
  );
  const subjects = [await startRelevo(options.root)];
  if (version !== null) subjects.push(await startEtcd(options.root, version));
  return subjects;
}

async function measureAll(
  subjects: readonly Subject[],
  cases: typeof CASES,
  callers: readonly number[],
  seconds: number,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [kind, title] of cases) {
    for (const n of callers) {
      for (const subject of subjects) {
        console.error(`measuring  ${title}, ${n} callers, ${subject.name} ...`);
        rows.push({ title, callers: n, ...(await measure(subject, kind, n, seconds)) });
      }
    }
  }
  return rows;
}

/**
 * What is measured is a service that has run for a while, on both sides: a virtual machine translates code that
 * runs often, and does so while it serves.
 */
async function warm(subject: Subject, cases: typeof CASES, seconds: number): Promise<void> {
  if (seconds === 0) return;
  for (const [kind, title] of cases) {
    console.error(`warming up ${title}, ${WARM_UP_CALLERS} callers, ${subject.name} ...`);
    const options = { callers: WARM_UP_CALLERS, warmUpMs: 0, measureMs: seconds * 1000 };
    await subject.callers.loop(kind, options);
  }
}

async function measure(
  subject: Subject,
  kind: Kind,
  callers: number,
  seconds: number,
): Promise<Omit<Row, 'title' | 'callers'>> {
  const { processes } = subject;
  const before = processes.map(({ pid }) => usageOf(pid));
  const started = process.hrtime.bigint();
  const options = { callers, warmUpMs: 1000, measureMs: seconds * 1000 };
  const result = await subject.callers.loop(kind, options);
  const elapsedMs = Number(process.hrtime.bigint() - started) / 1e6;
  const usage = processes.map(({ name, pid }, i) => ({
    name,
    ...costOf(before[i] ?? null, usageOf(pid), elapsedMs),
  }));
  return { subject: subject.name, result, usage };
}

function costOf(
  before: Usage | null,
  after: Usage | null,
  elapsedMs: number,
): { cpuPercent: number | null; memoryMiB: number | null } {
  if (before === null || after === null) return { cpuPercent: null, memoryMiB: null };
  const cpuPercent = ((after.cpuMs - before.cpuMs) / elapsedMs) * 100;
  return { cpuPercent, memoryMiB: after.memoryMiB };
}
