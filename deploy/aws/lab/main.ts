/** `npm run lab` at the root: see USAGE. */
import process from 'node:process';
import { parseArgs } from 'node:util';
import { STEPS } from './course.js';
import { guard } from './guardian.js';
import { runInside } from './inner.js';
import type { Order } from './inner.js';
import { missing } from './machine/permitted.js';
import { rootFileSystem } from './machine/rootfs.js';
import { MUTATIONS } from './template/mutations.js';

const USAGE = `Usage: npm run lab [-- OPTIONS]

Boots every host of the committed template on this machine, as root, and goes through the steps.

  --list        the steps, and what each shows
  --ci          the steps of CI alone
  --only STEP   boot, and this step; more than one may be given
  --mutate NAME plant a mistake, and show that the step that is there for it fails; all: each of them
  --keep        leave the lab up after its steps, until Ctrl+C

Exit status 77: this machine does not permit it; what is missing is said.`;

/** What a signal adds to its number, as an exit status. */
const INTERRUPTED = 128;

const say = (line: string) => process.stdout.write(`${line}\n`);

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      list: { type: 'boolean', default: false },
      ci: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true },
      mutate: { type: 'string' },
      keep: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
      inside: { type: 'string' },
    },
  });
  if (values.inside !== undefined) return runInside(JSON.parse(values.inside) as Order);
  if (values.help) {
    say(USAGE);
    return 0;
  }
  if (values.list) {
    for (const { name, shows, isLong } of STEPS) {
      say(`${name.padEnd(16)} ${shows}${isLong === true ? ' (not with --ci)' : ''}`);
    }
    say('\nMistakes to plant:');
    for (const { name, plants, caughtBy } of MUTATIONS) {
      say(`${name.padEnd(16)} ${plants}: caught by ${caughtBy}`);
    }
    return 0;
  }
  const lacking = await missing();
  if (lacking.length > 0) {
    say(
      `THE LAB CAN NOT RUN HERE. What is missing:\n${lacking.map((each) => `  ${each}`).join('\n')}`,
    );
    return 77;
  }
  const { folder, madeInMs } = await rootFileSystem(say);
  if (madeInMs > 0) say(`ok   ${(madeInMs / 1000).toFixed(1).padStart(6)} s  debootstrap`);
  const { only = [], mutate } = values;
  if (mutate !== undefined) return plant(mutate, folder);
  const unknown = only.filter((name) => !STEPS.some((step) => step.name === name));
  if (unknown.length > 0) {
    say(`There is no step ${unknown.join(', ')}; --list shows them.`);
    return 2;
  }
  const steps = STEPS.filter(
    ({ name, isLong }) =>
      name === 'boot' || (only.length > 0 ? only.includes(name) : !(values.ci && isLong === true)),
  ).map(({ name }) => name);
  return guard({ base: folder, steps, keeps: values.keep, mutation: null }, say);
}

/** A lab for each, with as many steps as it takes. */
async function plant(name: string, base: string): Promise<number> {
  const chosen = MUTATIONS.filter((mutation) => name === 'all' || mutation.name === name);
  if (chosen.length === 0) {
    say(`There is no ${name}; there are ${MUTATIONS.map((each) => each.name).join(', ')}.`);
    return 2;
  }
  let worst = 0;
  for (const { name: mutation, caughtBy } of chosen) {
    const steps = ['boot', caughtBy];
    const status = await guard({ base, steps, keeps: false, mutation }, say);
    worst = Math.max(worst, status);
    if (status > INTERRUPTED) break;
  }
  return worst;
}

// Servers and instances are still there: the guardian ends them.
process.exit(await main());
