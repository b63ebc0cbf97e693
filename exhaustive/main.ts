/** `npm run exhaust`: searches small worlds whole, and prints a counter-example if there is one. */
import { boundText } from './bound.js';
import type { Options } from './options.js';
import { optionsOf, USAGE } from './options.js';
import type { Plan } from './plan.js';
import type { Figures, Found } from './search.js';
import { Search } from './search.js';
import { traceOf } from './trace.js';

const whole = (value: number): string =>
  String(Math.round(value)).replace(/\B(?=(?:\d{3})+$)/g, ',');

/**
 * That two different worlds of so many share a name, and one was not looked at: pairs, times the
 * likelihood that the least of six random numbers of 64 bits are the same, 36 / 11 of 2^-64.
 */
const collision = (states: number): number => ((states * states) / 2) * (36 / 11) * 2 ** -64;

type Reach = Pick<Figures, 'states' | 'transitions' | 'depth'>;

function figuresText({ states, transitions, depth }: Reach, seconds: number): string {
  return (
    `${whole(states)} states, ${whole(transitions)} transitions, depth ${depth}, ` +
    `${seconds.toFixed(1)} s, ${whole(states / Math.max(seconds, 0.001))} states/s`
  );
}

interface Total {
  states: number;
  transitions: number;
  depth: number;
  collision: number;
}

/** Whether the world was searched whole, and is sound. */
function explore(plan: Plan, { statesMax, depthMax }: Options, total: Total): boolean {
  console.log(`${plan.name}: ${boundText(plan.bound)}`);
  const began = performance.now();
  const seconds = (): number => (performance.now() - began) / 1000;
  const progress = (soFar: Figures): void => {
    if (process.stderr.isTTY) process.stderr.write(`\r  ${figuresText(soFar, seconds())} `);
  };
  const search = new Search({ bound: plan.bound, statesMax, depthMax, progress });
  const found = search.run();
  if (process.stderr.isTTY) process.stderr.write('\r');
  tell(search, found, seconds());
  total.states += found.states;
  total.transitions += found.transitions;
  total.depth = Math.max(total.depth, found.depth);
  total.collision += collision(found.states);
  return found.exhausted;
}

function tell(search: Search, found: Found, seconds: number): void {
  const { nodes, letters, steps, cut } = found;
  console.log(`  ${figuresText(found, seconds)}`);
  console.log(
    `  of ${whole(nodes)} nodes and ${whole(letters)} messages; ${whole(steps)} steps of the ` +
      `core; ${whole(cut)} moves would have passed the limit of messages`,
  );
  if (found.violation !== null) console.log(traceOf(search.worlds, found).join('\n'));
  else if (!found.exhausted) {
    console.log('  not searched whole: give more --states, more --depth, or a smaller bound');
  }
}

function main(): number {
  let options: Options;
  try {
    options = optionsOf(process.argv.slice(2));
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
    return 2;
  }
  const total: Total = { states: 0, transitions: 0, depth: 0, collision: 0 };
  const began = performance.now();
  const unsound: string[] = [];
  for (const plan of options.plans) {
    if (!explore(plan, options, total)) unsound.push(plan.name);
  }
  const seconds = (performance.now() - began) / 1000;
  const verdict =
    unsound.length === 0
      ? `${options.plans.length} worlds searched whole`
      : `not sound or not whole: ${unsound.join('; ')}`;
  console.log(
    `${verdict}: ${figuresText(total, seconds)}, two worlds taken for one with a probability of ` +
      total.collision.toExponential(1),
  );
  return unsound.length === 0 ? 0 : 1;
}

process.exitCode = main();
