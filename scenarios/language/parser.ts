/** The one parser of scenarios (README.md has the grammar): for tests, processes and the page. */
import { Header } from './header.js';
import { Line, type Names } from './line.js';
import { ScenarioProblem } from './problem.js';
import { actionOn } from './statements.js';
import type { Scenario, Statement, Step } from './syntax.js';
import { wordsOf } from './words.js';

const STEP_ID = /^[a-z][a-z0-9-]*$/;

interface OpenStep extends Step {
  readonly statements: Statement[];
}

/** `name`: of the file, without its ending. Throws a ScenarioProblem for the first thing that is wrong. */
export function parseScenario(name: string, text: string): Scenario {
  const file = `${name}.scenario`;
  const header = new Header();
  const steps: OpenStep[] = [];
  let names: Names = { nodes: [], leaders: new Set(), calls: new Set() };
  const lines = text.split(/\r?\n/);
  for (const [i, source] of lines.entries()) {
    const line = lineOf(file, i + 1, source);
    if (line.isAtEnd) continue;
    if (line.next === 'step') {
      if (header.cluster === null) throw line.problem('"cluster" before the first step');
      names = { ...names, nodes: header.cluster.names };
      steps.push(stepOn(line, steps));
      continue;
    }
    const step = steps.at(-1);
    if (step === undefined) header.read(line);
    else step.statements.push(statementOn(line, names, header, source));
  }
  return finished(name, header, steps, lines.length);
}

function lineOf(file: string, number: number, source: string): Line {
  return new Line(file, number, wordsOf(file, number, source), source.trimEnd().length + 1);
}

function stepOn(line: Line, earlier: readonly Step[]): OpenStep {
  line.must('step');
  const { next } = line;
  if (next === null || !STEP_ID.test(next)) {
    throw line.problem("a step's id, in small letters, such as leader-killed");
  }
  if (earlier.some(({ id }) => id === next)) throw line.problem('an id that no other step has');
  line.text('an id');
  line.mustEnd();
  return { id: next, line: line.number, statements: [] };
}

function statementOn(line: Line, names: Names, header: Header, source: string): Statement {
  const guarded = line.problem('no guard: the scenario has no "rule ... off then on"');
  const when = line.takesAll('off', ':') ? 'off' : line.takesAll('on', ':') ? 'on' : null;
  if (when !== null && header.rule?.thenOn !== true) throw guarded;
  const first = line.nextColumn - 1;
  const action = actionOn(line, names);
  const last = line.words.at(-1);
  // Up to the last word: what follows is a comment.
  const end = last === undefined ? source.length : wordEnd(source, last.column - 1);
  return { line: line.number, text: source.slice(first, end), when, action };
}

function wordEnd(source: string, start: number): number {
  const word = /^(?:"(?:[^"\\]|\\.)*"|[^\s#]+)/.exec(source.slice(start))?.[0] ?? '';
  return start + word.length;
}

function finished(name: string, header: Header, steps: readonly Step[], lines: number): Scenario {
  const file = `${name}.scenario`;
  const { cluster, settings, rule } = header;
  if (cluster === null || steps.length === 0) {
    const expected = cluster === null ? '"cluster" and its nodes' : 'at least one "step"';
    throw new ScenarioProblem(file, lines, 1, expected, 'the end of the file');
  }
  const empty = steps.find(({ statements }) => statements.length === 0);
  if (empty !== undefined) {
    throw new ScenarioProblem(file, empty.line + 1, 1, 'a statement of the step', 'nothing');
  }
  return { name, cluster, settings, rule, steps };
}
