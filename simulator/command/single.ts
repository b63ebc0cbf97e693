/** One run, to look at: by its seed or by a plan, in words, and cut down if it fails. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { drawPlan, type Plan } from '../plan.js';
import { runPlan } from '../run.js';
import type { RunResult } from '../run.js';
import { shrink } from '../shrink.js';
import { Tally } from '../tally.js';
import { productionWire } from '../wire.js';
import type { Options } from './options.js';

const FOLDER = 'results/simulate';

/** The exit status. */
export function runSingle(options: Options): number {
  const plan = planOf(options);
  const print = (line: string): void => {
    console.log(line);
  };
  const result = runPlan(plan, {
    wire: productionWire,
    ...(options.trace ? { sink: print } : {}),
    ...(options.nodes === undefined ? {} : { nodes: options.nodes }),
  });
  tell(result);
  if (result.failure !== null && options.shrink) shrinkAndShow(plan);
  const tally = new Tally();
  tally.add(result);
  console.log(`trace ${result.hash}`);
  console.log(tally.line(0));
  return result.failure === null ? 0 : 1;
}

/** What a failure is, and how to see it again. */
export function tell({ failure, seed, hash }: RunResult): void {
  if (failure === null) return;
  const { lines, reason, replay } = failure;
  console.log([...lines, '', `seed ${String(seed)} (trace ${hash}) fails: ${reason}`].join('\n'));
  console.log(`replay: ${replay} --trace\nshrink: ${replay} --shrink`);
}

function planOf({ plan, seed, nodes }: Options): Plan {
  if (plan !== null) return JSON.parse(readFileSync(plan, 'utf8')) as Plan;
  return drawPlan(seed ?? 1, nodes === undefined ? {} : { nodes });
}

function shrinkAndShow(plan: Plan): void {
  const shrunk = shrink(plan, {
    wire: productionWire,
    progress: (runs, { strikes, calls }) => {
      if (!process.stderr.isTTY) return;
      const left = `${String(strikes.length)} faults, ${String(calls?.length ?? 0)} calls left`;
      process.stderr.write(`\r${String(runs)} runs, ${left}   `);
    },
  });
  if (shrunk === null) return;
  mkdirSync(FOLDER, { recursive: true });
  const file = `${FOLDER}/seed-${String(plan.seed)}.json`;
  writeFileSync(file, `${JSON.stringify(shrunk.plan, null, 2)}\n`);
  const { strikes, calls } = shrunk.plan;
  console.log(
    `\ncut down in ${String(shrunk.runs)} runs to ${String(strikes.length)} faults and ` +
      `${String(calls?.length ?? 0)} calls:`,
  );
  const lines: string[] = [];
  runPlan(shrunk.plan, { wire: productionWire, sink: (line) => lines.push(line) });
  console.log(lines.join('\n'));
  console.log(shrunk.failure.reason);
  console.log(`replay: npm run simulate -- --plan ${file} --trace`);
}
