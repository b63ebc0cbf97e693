/** The bugs that were planted to be caught, and the counter-example that is kept of each. */
import { signal } from '@preact/signals';
import { textOf } from './files.js';

/** Where the build put them. */
declare const BUGS_FILE: string;

export interface PlantedBug {
  readonly name: string;
  /** What it does wrong. */
  readonly what: string;
  readonly rule: string;
  readonly source: string;
  readonly foundBy: string;
  /** The file of its counter-example. */
  readonly trace: string;
}

/** A counter-example to be gone through: each step is its lines. */
export interface Trace {
  readonly head: readonly string[];
  readonly steps: readonly (readonly string[])[];
}

export const bugs = signal<readonly PlantedBug[]>([]);
export const opened = signal<(Trace & { readonly bug: PlantedBug }) | null>(null);
/** The step that is looked at, from 0. */
export const traceAt = signal(0);

/** What every trace begins with: what is said of the bug, and an empty line. */
const PREAMBLE_LINES = 6;
/** `  3. node 1: ...`, `   1229.273 cy ...`, `--- vote.json, 97 bytes`, `broken: ...` */
const STEP = /^ *\d+\. |^ *\d+\.\d{3} |^--- |^broken: /;

export async function loadBugs(): Promise<void> {
  if (bugs.value.length > 0) return;
  const text = await textOf(BUGS_FILE);
  if (text !== null) bugs.value = JSON.parse(text) as PlantedBug[];
}

export async function openTrace(bug: PlantedBug): Promise<void> {
  const text = await textOf(bug.trace);
  if (text === null) return;
  opened.value = { bug, ...traceOf(text) };
  traceAt.value = 0;
}

export function traceOf(text: string): Trace {
  const lines = text.trimEnd().split('\n').slice(PREAMBLE_LINES);
  const head: string[] = [];
  const steps: string[][] = [];
  for (const line of lines) {
    if (STEP.test(line)) steps.push([line]);
    else (steps.at(-1) ?? head).push(line);
  }
  return { head, steps };
}
