/** Reads what `until` waits for and `expect` looks at. */
import type { Line, Names } from './line.js';
import { outcomeOn } from './outcomes.js';
import { ROLES, type Condition } from './syntax.js';

type Reader = (line: Line, names: Names) => Condition;

/** By the first word, which is taken already. */
const READERS: Readonly<Record<string, Reader>> = {
  leader: leaderOn,
  new: (line) => {
    line.must('leader');
    return { type: 'new-leader' };
  },
  no: (line) => {
    line.must('leader');
    return { type: 'no-leader' };
  },
  converged: () => ({ type: 'converged' }),
  role: (line, names) => {
    const node = line.node(names);
    const not = line.takes('not');
    return { type: 'role', node, role: line.oneOf(ROLES, 'a role'), not };
  },
  term: (line, names) => {
    const node = line.node(names);
    return { type: 'term', node, term: line.integer('a term', 0, 999_999) };
  },
  same: (line, names) => {
    line.must('term');
    return { type: 'same-term', nodes: [line.node(names), line.node(names)] };
  },
  log: logOn,
  logs: (line, names) => {
    const nodes = [line.node(names), line.node(names)] as const;
    return {
      type: 'logs',
      nodes,
      equal: line.oneOf(['equal', 'differ'], 'how they are') === 'equal',
    };
  },
  files: (line) => {
    line.must('equal');
    return { type: 'files-equal' };
  },
  quorum: (line) => {
    line.must('lost');
    return { type: 'quorum-lost' };
  },
  state: (line, names) => {
    const node = line.node(names);
    return { type: 'state', node, state: line.oneOf(['up', 'down', 'paused'], 'a state') };
  },
  told: (line, names) => {
    const node = line.node(names);
    return { type: 'told', node, words: line.text('words that the node has said') };
  },
  version: (line, names) => {
    const node = line.node(names);
    const key = line.text('a key');
    return { type: 'version', node, key, version: line.integer('a number of changes', 0, 999_999) };
  },
  checkpoint: (line, names) => ({ type: 'checkpoint', node: line.node(names) }),
  uncommitted: (line, names) => ({ type: 'uncommitted', node: line.node(names) }),
  call: (line, names) => {
    const call = line.oneOf([...names.calls], 'a call that was named with "as"');
    return { type: 'call', call, outcome: outcomeOn(line) };
  },
  broken: (line) => {
    const property =
      line.isAtEnd || ['within', 'for'].includes(line.next ?? '') ? null : line.text('a property');
    return { type: 'broken', property };
  },
  sound: () => ({ type: 'sound' }),
};

export function conditionOn(line: Line, names: Names): Condition {
  const keyword = line.oneOf(Object.keys(READERS), 'a condition');
  const reader = READERS[keyword];
  if (reader === undefined) throw line.problem('a condition');
  return reader(line, names);
}

/** `leader`, `leader is ada`, `leader is not ada`. */
function leaderOn(line: Line, names: Names): Condition {
  if (!line.takes('is')) return { type: 'leader', is: null, not: false };
  const not = line.takes('not');
  return { type: 'leader', is: line.node(names), not };
}

/** `log ada terms 1 1 2`, `log ada longer than bob`, `log ada begins behind 5`. */
function logOn(line: Line, names: Names): Condition {
  const node = line.node(names);
  if (line.takesAll('longer', 'than')) return { type: 'longer', nodes: [node, line.node(names)] };
  if (line.takesAll('begins', 'behind')) {
    return { type: 'begins-behind', node, index: line.integer('an index', 0, 999_999_999) };
  }
  if (!line.takes('terms')) throw line.problem('"terms", "longer than" or "begins behind"');
  const terms = line.integers();
  if (terms.length === 0) throw line.problem('the terms of its entries');
  return { type: 'log', node, terms };
}
