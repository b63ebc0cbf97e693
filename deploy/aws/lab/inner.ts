/** The lab's own process, inside its network namespace and its control group: makes the lab, and runs the course. */
import process from 'node:process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { runCourse, STEPS } from './course.js';
import { Lab } from './lab.js';
import { namesOf } from './machine/names.js';
import { committedTemplates } from './template/deployment.js';
import { makeArtefact } from './template/artefacts.js';

/** Handed over by guardian.ts. */
export interface Order {
  readonly id: string;
  readonly base: string;
  readonly steps: readonly string[];
  readonly keeps: boolean;
}

const say = (line: string) => process.stdout.write(`${line}\n`);

/** Gives the exit status. */
export async function runInside(order: Order): Promise<number> {
  const names = namesOf(order.id);
  const artefacts = join(names.folder, 'artefacts');
  mkdirSync(artefacts, { recursive: true });
  const lab = await Lab.open({
    names,
    templates: committedTemplates(),
    artefact: await makeArtefact(artefacts),
    base: order.base,
  });
  const done = await runCourse(
    lab,
    STEPS.filter(({ name }) => order.steps.includes(name)),
    say,
  );
  if (order.keeps) {
    say(`kept until Ctrl+C. Enter a host, such as ada:`);
    for (const { settings, first } of lab.account.instances) {
      say(`  nsenter --target ${first} --all bash    # ${settings.host} ${settings.card.address}`);
    }
    await new Promise(() => setInterval(() => undefined, 1 << 30));
  }
  return done.every(({ isGood }) => isGood) ? 0 : 1;
}
