/** The scenarios of this folder, and their texts, as they lie on the disk. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  LANGUAGES,
  parseScenario,
  parseTexts,
  type Language,
  type Scenario,
  type ScenarioTexts,
} from './language/index.js';

/** As files: what a page is given. */
export interface ScenarioSource {
  readonly name: string;
  readonly text: string;
  readonly texts: Readonly<Record<Language, string>>;
}

export interface Lesson {
  readonly scenario: Scenario;
  readonly texts: Readonly<Record<Language, ScenarioTexts>>;
}

const ENDING = '.scenario';

/** In order of name. */
export function scenarioNames(): readonly string[] {
  const names = readdirSync(folder()).filter((name) => name.endsWith(ENDING));
  return names.map((name) => name.slice(0, -ENDING.length)).sort();
}

/** Throws an error that says which there are. */
export function scenarioSource(name: string): ScenarioSource {
  const names = scenarioNames();
  if (!names.includes(name)) {
    throw new RangeError(`there is no scenario "${name}"; there are ${names.join(', ')}`);
  }
  const textIn = (language: Language): [Language, string] => {
    return [language, readFileSync(join(folder(), textFile(name, language)), 'utf8')];
  };
  return {
    name,
    text: readFileSync(join(folder(), `${name}${ENDING}`), 'utf8'),
    texts: Object.fromEntries(LANGUAGES.map(textIn)) as Record<Language, string>,
  };
}

/** Throws a ScenarioProblem for what is wrong in it. */
export function lessonOf({ name, text, texts }: ScenarioSource): Lesson {
  const parsed = LANGUAGES.map((language) => {
    return [language, parseTexts(textFile(name, language), texts[language])] as const;
  });
  return {
    scenario: parseScenario(name, text),
    texts: Object.fromEntries(parsed) as Record<Language, ScenarioTexts>,
  };
}

function textFile(name: string, language: Language): string {
  return `texts/${language}/${name}.md`;
}

/** Beside this file, or beside the source that it was built from. */
function folder(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const source = join(here, '..', '..', 'scenarios');
  return existsSync(join(here, 'texts')) ? here : source;
}
