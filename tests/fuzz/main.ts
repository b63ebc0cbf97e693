/**
 * `npm run fuzz`: inputs by the million, made from valid ones, for everything that takes what others sent,
 * wrote or typed. A table of the targets and one line of figures; exit status 1 if a property was broken,
 * 2 if the command can't be read.
 */
import process from 'node:process';
import { readOptions, USAGE, type Options } from './options.js';
import { Crew } from './run/crew.js';
import { examine, inputOf, kindOf } from './run/examine.js';
import { Figures } from './run/figures.js';
import { shrink } from './run/shrink.js';
import { keptText, shownInput } from './run/shown.js';
import { tasksOf } from './run/tasks.js';
import type { Failure } from './run/worker.js';
import type { Target } from './target.js';
import { PLANTED, TARGETS } from './targets/index.js';

/** A target that failed so often says nothing new. */
const FAILURES_MAX = 5;
/** With fewer, that all went one way shows nothing. */
const ONE_SIDED_FROM = 2_000;
const MINUTE_MS = 60_000;

const isHang = (reason: string): boolean => /^(it did not end|the worker died)/.test(reason);

async function runMany(options: Options, chosen: readonly number[]): Promise<number> {
  const figures = new Figures();
  const failures: Failure[] = [];
  const countOf = (target: number): number =>
    failures.filter((failure) => failure.target === target).length;
  const began = performance.now();
  const endMs = began + options.minutes * MINUTE_MS;
  const crew = new Crew({
    workers: options.workers,
    hangMs: options.hangMs,
    tasks: tasksOf(
      TARGETS,
      chosen,
      options.inputs,
      options.start,
      (at) => countOf(at) < FAILURES_MAX && performance.now() < endMs,
    ),
    done: (done) => {
      figures.add(done);
      failures.push(...done.failures);
    },
    failed: (failure) => {
      figures.addLost(failure.target);
      failures.push(failure);
    },
  });
  await crew.run();
  const seconds = (performance.now() - began) / 1000;
  for (const failure of firstOfEachKind(failures)) await tell(failure);
  const oneSided = figures.oneSided(TARGETS, ONE_SIDED_FROM);
  console.log(figures.table(TARGETS));
  if (oneSided.length > 0)
    console.log(`these proved too little, all went one way: ${oneSided.join(', ')}`);
  if (figures.failures === 0 && performance.now() >= endMs) {
    console.log(
      `NOTE: the ${options.minutes} minutes ended before all of ${options.inputs} inputs`,
    );
  }
  console.log(figures.line(seconds, crew.peakBytes));
  return figures.failures === 0 && oneSided.length === 0 ? 0 : 1;
}

function firstOfEachKind(failures: readonly Failure[]): Failure[] {
  const first = new Map<string, Failure>();
  for (const failure of failures) {
    const kind = `${failure.target} ${kindOf(failure.reason)}`;
    if (!first.has(kind)) first.set(kind, failure);
  }
  return [...first.values()];
}

async function tell({ target: place, seed, reason }: Failure): Promise<void> {
  const target = TARGETS[place];
  if (target === undefined) return;
  console.log(`\n${target.name}, seed ${seed}: ${reason}`);
  console.log(`replay: npm run fuzz -- --target ${target.name} --seed ${seed} --trace`);
  const input = inputOf(target, seed);
  // What hangs here would hang us as well.
  if (isHang(reason)) console.log(shownInput(target, input));
  else await showShrunk(target, seed, reason);
}

async function showShrunk(target: Target, seed: number, reason: string): Promise<void> {
  const shrunk = await shrink(target, inputOf(target, seed), reason);
  console.log(`cut down in ${shrunk.tried} runs to:\n${shownInput(target, shrunk.input)}`);
  console.log(`  ${shrunk.reason}`);
  console.log(`to keep it: tests/fuzz/corpus/${target.name}/NAME.json`);
  console.log(keptText(kindOf(shrunk.reason), shrunk.input));
}

async function runOne(target: Target, seed: number): Promise<number> {
  const input = inputOf(target, seed);
  console.log(`${target.name}: ${target.about}\nseed ${seed}:\n${shownInput(target, input)}`);
  const outcome = await examine(target, input);
  if (outcome.kind !== 'failed') {
    console.log(outcome.kind);
    return 0;
  }
  console.log(`failed: ${outcome.reason}\n${outcome.stack}`);
  await showShrunk(target, seed, outcome.reason);
  return 1;
}

function placesOf(names: readonly string[] | null): readonly number[] {
  const all = TARGETS.map((_, place) => place);
  if (names === null) return all.filter((place) => !PLANTED.has(TARGETS[place]?.name ?? ''));
  return names.map((name) => {
    const place = TARGETS.findIndex((target) => target.name === name);
    if (place >= 0) return place;
    throw new TypeError(`there is no target ${name}; --list has them`);
  });
}

async function main(): Promise<number> {
  try {
    const options = readOptions(process.argv.slice(2));
    const places = placesOf(options.targets);
    if (options.list) {
      for (const at of places) console.log(`${TARGETS[at]?.name.padEnd(22)}${TARGETS[at]?.about}`);
      return 0;
    }
    const only = TARGETS[places[0] ?? 0];
    if (options.seed === null || only === undefined) return await runMany(options, places);
    if (places.length === 1) return await runOne(only, options.seed);
    throw new TypeError('--seed needs a --target');
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    console.error(`${error.message}\n${USAGE}`);
    return 2;
  }
}

process.exitCode = await main();
