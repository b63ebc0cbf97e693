/**
 * A scenario in words, in one language: a Markdown file of one shape, so that it can be read by itself.
 *
 *     # Title
 *     What it is about.
 *
 *     ## step-id: Title of the step
 *     What happens.
 *     > What it proves.
 */
import { ScenarioProblem } from './problem.js';

export const LANGUAGES = ['en', 'es', 'fr'] as const;
export type Language = (typeof LANGUAGES)[number];

export interface StepTexts {
  readonly title: string;
  readonly happens: string;
  readonly proves: string;
}

export interface ScenarioTexts {
  readonly title: string;
  readonly about: string;
  readonly steps: ReadonlyMap<string, StepTexts>;
}

type Open = { -readonly [Field in keyof StepTexts]: StepTexts[Field] };

/** Throws a ScenarioProblem for what is missing or does not fit. Lines of a paragraph are joined. */
export function parseTexts(file: string, text: string): ScenarioTexts {
  const lines = text.split(/\r?\n/);
  const title = /^# (\S.*)$/.exec(lines[0] ?? '')?.[1];
  if (title === undefined) throw problem(file, 1, 'a title: "# Title"', lines[0]);
  const about: Open = { title, happens: '', proves: '' };
  const steps = new Map<string, Open>();
  let open = about;
  for (const [i, line] of lines.entries()) {
    if (i === 0) continue;
    if (!line.startsWith('#')) {
      const isProof = line.startsWith('> ');
      const part = isProof ? 'proves' : 'happens';
      open[part] = `${open[part]} ${isProof ? line.slice(2) : line}`.trim();
      continue;
    }
    const [, id, stepTitle] = /^## ([a-z][a-z0-9-]*): (\S.*)$/.exec(line) ?? [];
    if (id === undefined || stepTitle === undefined || steps.has(id)) {
      throw problem(file, i + 1, 'a step, once: "## its-id: Title"', line);
    }
    open = { title: stepTitle, happens: '', proves: '' };
    steps.set(id, open);
  }
  for (const [id, { happens, proves }] of steps) {
    if (happens === '') throw problem(file, lines.length, `what happens in step ${id}`, '');
    if (proves === '') throw problem(file, lines.length, `what step ${id} proves: "> ..."`, '');
  }
  if (about.happens === '') throw problem(file, 2, 'what the scenario is about', lines[1]);
  return { title, about: about.happens, steps };
}

function problem(file: string, line: number, expected: string, found = ''): ScenarioProblem {
  const shown = found === '' ? 'nothing' : JSON.stringify(found);
  return new ScenarioProblem(file, line, 1, expected, shown);
}
