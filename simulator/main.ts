/** `npm run simulate`: runs seeds, prints what was found, and how to see it again. */
import { parseArgs } from 'node:util';
import { run } from './run.js';
import type { RunResult } from './run.js';
import { Tally } from './tally.js';
import { productionWire } from './wire.js';

const USAGE = `npm run simulate -- [options]
  --seeds N    so many seeds (default 200)
  --start S    the first of them (default 1)
  --seed N     this one alone
  --nodes K    so many nodes, instead of what the seed says
  --trace      every step in words
  --keep-going after a failure`;

interface Options {
  readonly start: number;
  readonly seeds: number;
  readonly nodes: number | undefined;
  readonly trace: boolean;
  readonly keepGoing: boolean;
}

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string' },
      start: { type: 'string' },
      seed: { type: 'string' },
      nodes: { type: 'string' },
      trace: { type: 'boolean' },
      'keep-going': { type: 'boolean' },
    },
  });
  const whole = (name: 'seeds' | 'start' | 'seed' | 'nodes'): number | undefined => {
    const given = values[name];
    if (given === undefined) return undefined;
    if (/^\d{1,15}$/.test(given)) return Number(given);
    throw new TypeError(`--${name} is ${JSON.stringify(given)}; a whole number is needed`);
  };
  const seed = whole('seed');
  return {
    start: seed ?? whole('start') ?? 1,
    seeds: seed === undefined ? (whole('seeds') ?? 200) : 1,
    nodes: whole('nodes'),
    trace: values.trace ?? false,
    keepGoing: values['keep-going'] ?? false,
  };
}

function tell(result: RunResult): void {
  const { failure, seed, hash } = result;
  if (failure === null) return;
  console.log(
    [...failure.lines, '', `seed ${String(seed)} (trace ${hash}) fails: ${failure.reason}`].join(
      '\n',
    ),
  );
  console.log(`replay: ${failure.replay} --trace`);
}

function main(): number {
  let options: Options;
  try {
    options = readOptions();
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
    return 2;
  }
  const tally = new Tally();
  const began = performance.now();
  const failed: number[] = [];
  for (let seed = options.start; seed < options.start + options.seeds; seed += 1) {
    const result = run(seed, {
      wire: productionWire,
      ...(options.nodes === undefined ? {} : { nodes: options.nodes }),
      ...(options.trace
        ? {
            sink: (line: string) => {
              console.log(line);
            },
          }
        : {}),
    });
    tally.add(result);
    if (result.failure !== null) {
      failed.push(seed);
      tell(result);
      if (!options.keepGoing) break;
    }
    if (process.stdout.isTTY) {
      process.stdout.write(
        `\rseed ${String(seed)}, ${String(tally.events)} events, ${String(failed.length)} failed `,
      );
    }
  }
  if (process.stdout.isTTY) process.stdout.write('\n');
  if (failed.length > 0) console.log(`failed seeds: ${failed.join(' ')}`);
  console.log(tally.line(performance.now() - began));
  return failed.length > 0 ? 1 : 0;
}

process.exitCode = main();
