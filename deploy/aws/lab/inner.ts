/** The lab's own process, inside its network namespace and its control group: makes the lab, and runs the course. */
import process from 'node:process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { runCourse, STEPS } from './course.js';
import type { Done } from './course.js';
import { Lab } from './lab.js';
import { namesOf } from './machine/names.js';
import { committedTemplates } from './template/deployment.js';
import { changedArtefact, makeArtefact } from './template/artefacts.js';
import { MUTATIONS } from './template/mutations.js';
import type { Mutation } from './template/mutations.js';

/** Handed over by guardian.ts. */
export interface Order {
  readonly id: string;
  readonly base: string;
  readonly steps: readonly string[];
  readonly keeps: boolean;
  /** The name of a planted mistake; null: none. */
  readonly mutation: string | null;
}

const say = (line: string) => process.stdout.write(`${line}\n`);

/** Gives the exit status. */
export async function runInside(order: Order): Promise<number> {
  const mutation = MUTATIONS.find(({ name }) => name === order.mutation);
  const lab = await openLab(order.id, order.base, mutation);
  const done = await runCourse(
    lab,
    STEPS.filter(({ name }) => order.steps.includes(name)),
    say,
  );
  if (order.keeps) await keep(lab);
  if (mutation !== undefined) return caught(mutation, done);
  return done.every(({ isGood }) => isGood) ? 0 : 1;
}

async function openLab(id: string, base: string, mutation: Mutation | undefined): Promise<Lab> {
  const names = namesOf(id);
  const folder = (name: string): string => {
    const path = join(names.folder, name);
    mkdirSync(path, { recursive: true });
    return path;
  };
  const made = await makeArtefact(folder('artefacts'));
  const files = mutation?.files;
  const artefact =
    files === undefined ? made : await changedArtefact(made, folder('mutated'), files);
  const templates = committedTemplates();
  return Lab.open({
    names,
    templates: mutation?.templates?.(templates) ?? templates,
    artefact,
    base,
  });
}

/** A planted mistake has to fail its step, and no other. */
function caught({ name, plants, caughtBy }: Mutation, done: readonly Done[]): number {
  const failed = done.find(({ isGood }) => !isGood)?.name;
  const isCaught = failed === caughtBy;
  const what = isCaught ? 'is caught by' : `failed at ${failed ?? 'nothing'}, not at`;
  say(`${isCaught ? 'ok  ' : 'FAIL'}           ${name.padEnd(16)} ${plants}: ${what} ${caughtBy}`);
  return isCaught ? 0 : 1;
}

async function keep(lab: Lab): Promise<void> {
  say('kept until Ctrl+C. Enter a host:');
  for (const { settings, first } of lab.account.instances) {
    say(`  nsenter --target ${first} --all bash    # ${settings.host} ${settings.card.address}`);
  }
  await new Promise(() => setInterval(() => undefined, 1 << 30));
}
