/**
 * `npm run faults -- series|kills|blackout`: real processes on this machine, real signals, and a verdict.
 * Ends with one line of figures; exit status 1 if anything was lost, doubled, failed or out of order.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { Command, InvalidArgumentError } from 'commander';
import { Cluster } from '#cluster';
import { blackout } from './blackout.js';
import { randomKills } from './random-kills.js';
import { FAULTS, passed, runFault, type Fault, type RunResult } from './series.js';

const ROOT = join('results', 'faults');

const program = new Command('faults').description(
  'Faults on real processes, and what clients saw.',
);
program
  .command('series')
  .description('The same fault again and again, under 1,500 writes/s from 100 callers.')
  .option('--runs <n>', 'of each kind', count, 3)
  .option('--kinds <list>', `some of ${FAULTS.join(',')}`, kinds, FAULTS)
  .action(async (options: { runs: number; kinds: readonly Fault[] }) => {
    process.exitCode = await series(options.kinds, options.runs);
  });
program
  .command('kills')
  .description('Random kills, stops and freezes; the history is checked for linearizability.')
  .option('--nodes <n>', 'how many nodes', count, 3)
  .option('--seconds <n>', 'how long', count, 60)
  .option('--seed <n>', 'of victims, faults and calls', count, 1)
  .action(async (options: { nodes: number; seconds: number; seed: number }) => {
    process.exitCode = await kills(options.nodes, options.seconds, options.seed);
  });
program
  .command('blackout')
  .description('All nodes are killed at once under load, and started again.')
  .option('--runs <n>', 'how often', count, 3)
  .action(async (options: { runs: number }) => {
    process.exitCode = await blackouts(options.runs);
  });
await program.parseAsync();

async function series(faults: readonly Fault[], runs: number): Promise<number> {
  return withCluster({ nodes: 3, proxies: 2 }, async (cluster) => {
    const lines: string[] = [];
    let allPassed = true;
    for (const fault of faults) {
      const results: RunResult[] = [];
      for (let run = 1; run <= runs; run++) {
        const result = await runFault(cluster, fault, run);
        results.push(result);
        console.error(`${fault} ${run}/${runs}: ${describe(result)}`);
      }
      allPassed &&= results.every(passed);
      lines.push(summary(fault, results));
    }
    for (const line of lines) console.log(line);
    return allPassed ? 0 : 1;
  });
}

function describe(run: RunResult): string {
  const { lost, doubled, unasked } = run.verdict;
  const verdict = passed(run)
    ? 'passed'
    : `FAILED ${run.firstFailure ?? 'or under too few writes/s'}`;
  return (
    `${run.victim}, ${Math.round(run.writesPerSecond)} writes/s, outage ${Math.round(run.outageMs)} ms, ` +
    `${run.acknowledged} acknowledged, ${run.failed} failed, ${lost.length} lost, ` +
    `${doubled.length} doubled, ${unasked.length} unasked, ${run.staleReads} stale: ${verdict}`
  );
}

function summary(fault: Fault, results: readonly RunResult[]): string {
  const outages = results.map(({ outageMs }) => outageMs).sort((a, b) => a - b);
  const median = outages[Math.floor(outages.length / 2)] ?? 0;
  const total = (pick: (run: RunResult) => number): number =>
    results.reduce((sum, run) => sum + pick(run), 0);
  return (
    `${fault.padEnd(14)} ${results.length} runs, ${results.filter(passed).length} passed; ` +
    `${total((run) => run.acknowledged)} writes acknowledged, ${total((run) => run.failed)} failed, ` +
    `${total((run) => run.verdict.lost.length)} lost, ` +
    `${total((run) => run.verdict.doubled.length)} doubled; outage median ${Math.round(median)} ms, ` +
    `worst ${Math.round(outages.at(-1) ?? 0)} ms`
  );
}

async function kills(nodes: number, seconds: number, seed: number): Promise<number> {
  return withCluster({ nodes, proxies: 2 }, async (cluster) => {
    console.error(`${nodes} nodes, ${seconds} s of random faults, seed ${seed} ...`);
    const result = await randomKills(cluster, seed, seconds);
    const faults = [...result.faults].map(([name, times]) => `${name} ${times}`).join(', ');
    const reads = [...result.readsByNode].map(([node, times]) => `${node}: ${times}`).join(', ');
    console.log(
      `kills: ${nodes} nodes, seed ${result.seed}, ${result.operations} operations checked on ` +
        `${result.keys} keys (${result.answered} answered, ${result.unknown} unknown, ` +
        `${result.undecided} keys undecided), linearizable reads by node ${reads}; ` +
        `faults: ${faults}; ${result.objection === null ? '0 violations' : 'VIOLATION'}`,
    );
    if (result.objection !== null) console.error(result.objection);
    const followersRead = result.readsByNode.size > 1;
    return result.objection === null && result.undecided === 0 && followersRead ? 0 : 1;
  });
}

async function blackouts(runs: number): Promise<number> {
  return withCluster({ nodes: 3, proxies: 1 }, async (cluster) => {
    let acknowledged = 0;
    let lost = 0;
    let doubled = 0;
    let worstMs = 0;
    for (let run = 1; run <= runs; run++) {
      const result = await blackout(cluster, run);
      acknowledged += result.acknowledged;
      lost += result.verdict.lost.length;
      doubled += result.verdict.doubled.length;
      worstMs = Math.max(worstMs, result.recoveredMs);
      console.error(`blackout ${run}/${runs}: back after ${Math.round(result.recoveredMs)} ms`);
    }
    console.log(
      `blackout: ${runs} times all nodes killed at once; ${acknowledged} writes acknowledged, ` +
        `${lost} lost, ${doubled} doubled; back after ${Math.round(worstMs)} ms at worst`,
    );
    return lost + doubled === 0 && acknowledged > 0 ? 0 : 1;
  });
}

async function withCluster(
  size: { readonly nodes: number; readonly proxies: number },
  use: (cluster: Cluster) => Promise<number>,
): Promise<number> {
  mkdirSync(ROOT, { recursive: true });
  const dataDirectory = mkdtempSync(join(ROOT, 'run-'));
  const cluster = await Cluster.start({ dataDirectory, ports: 'random', ...size });
  let status = 1;
  try {
    status = await use(cluster);
    return status;
  } finally {
    await cluster.stopAll();
    // What went wrong is to be looked at.
    if (status === 0) rmSync(dataDirectory, { recursive: true, force: true });
    else console.error(`logs and data are kept in ${dataDirectory}`);
  }
}

function count(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('Give a whole number above 0.');
}

function kinds(text: string): readonly Fault[] {
  const asked = text.split(',');
  const found = FAULTS.filter((fault) => asked.includes(fault));
  if (found.length === asked.length) return found;
  throw new InvalidArgumentError(`Give some of ${FAULTS.join(',')}.`);
}
