/** `npm run scenario NAME`: scenarios, performed and told step by step. */
import process from 'node:process';
import { CommanderError } from 'commander';
import { standingDirectory } from '#config';
import { listing } from './command/listing.js';
import { parseScenarioOptions, type ScenarioOptions } from './command/options.js';
import { show } from './command/show.js';
import { ScenarioProblem } from './language/index.js';
import { lessonOf, scenarioNames, scenarioSource, type Lesson } from './files.js';

// npm runs this in the package's folder; paths among the options begin where the user stands.
process.chdir(standingDirectory(process.env, process.cwd()));

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

// Whoever read it has gone (`| head`).
process.stdout.on('error', () => process.exit(1));

process.exitCode = await main();

async function main(): Promise<number> {
  try {
    const options = parseScenarioOptions(process.argv.slice(2), (text) => {
      process.stderr.write(text);
    });
    const lessons = lessonsOf(options);
    if (!options.list) return await showAll(lessons, options);
    for (const line of listing(lessons, options.language)) say(line);
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (!(error instanceof RangeError || error instanceof ScenarioProblem)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 2;
  }
}

function lessonsOf({ names, all, list }: ScenarioOptions): readonly Lesson[] {
  const wanted = names.length === 0 && (all || list) ? scenarioNames() : names;
  return wanted.map((name) => lessonOf(scenarioSource(name)));
}

async function showAll(lessons: readonly Lesson[], options: ScenarioOptions): Promise<number> {
  const failed: string[] = [];
  for (const lesson of lessons) {
    if (!(await show(lesson, options, say))) failed.push(lesson.scenario.name);
  }
  if (lessons.length > 1) say(`${lessons.length - failed.length} passed, ${failed.length} failed`);
  return failed.length === 0 ? 0 : 1;
}
