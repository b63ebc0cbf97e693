/** Reads what happens in a step, a line at a time. */
import { conditionOn } from './conditions.js';
import type { Line, Names } from './line.js';
import { outcomeOn } from './outcomes.js';
import { DISK_STATES, type Action, type CallSpec, type NodeDeed, type Outcome } from './syntax.js';

const CALLS = ['set', 'get', 'delete'] as const;
const DEEDS: readonly NodeDeed[] = [
  ...(['kill', 'stop', 'start', 'pause', 'resume', 'lose-power', 'wipe'] as const),
  ...(['isolate', 'transfer'] as const),
];
const OTHERS = [
  'expire',
  'cut',
  'mend',
  'disk',
  'heal',
  'fill',
  'wait',
  'until',
  'expect',
] as const;

/** Takes the whole line. Names that it gives are noted in `names`. */
export function actionOn(line: Line, names: Names): Action {
  const action = readAction(line, names);
  line.mustEnd();
  return action;
}

function readAction(line: Line, names: Names): Action {
  const keyword = line.oneOf([...CALLS, ...DEEDS, ...OTHERS], 'a statement');
  switch (keyword) {
    case 'set':
    case 'get':
    case 'delete':
      return { type: 'call', call: callOn(line, names, keyword) };
    case 'expire':
      line.must('timer');
      return { type: 'node', deed: 'expire', node: line.node(names) };
    case 'cut':
    case 'mend':
      return linkOn(line, names, keyword === 'cut');
    case 'disk':
      return { type: 'disk', node: line.node(names), how: line.oneOf(DISK_STATES, 'what it does') };
    case 'heal':
      return { type: 'heal' };
    case 'fill': {
      const count = line.integer('how many', 1, 10_000);
      line.must('keys');
      return { type: 'fill', count };
    }
    case 'wait':
      return { type: 'wait', ms: line.durationMs() };
    case 'until':
      return untilOn(line, names);
    case 'expect': {
      const condition = conditionOn(line, names);
      return { type: 'expect', condition, forMs: line.takes('for') ? line.durationMs() : null };
    }
    default:
      return { type: 'node', deed: keyword, node: line.node(names) };
  }
}

/** `cut ada -> bob`: what ada sends to bob; `cut ada <-> bob`: both directions. */
function linkOn(line: Line, names: Names, cut: boolean): Action {
  const from = line.node(names);
  const both = line.oneOf(['->', '<->'], 'a direction') === '<->';
  return { type: 'link', cut, from, to: line.node(names), both };
}

function untilOn(line: Line, names: Names): Action {
  const condition = conditionOn(line, names);
  const withinMs = line.takes('within') ? line.durationMs() : null;
  const isOfLeader = condition.type === 'leader' || condition.type === 'new-leader';
  const as = isOfLeader && line.takes('as') ? newName(line, names) : null;
  if (as !== null) names.leaders.add(as);
  return { type: 'until', condition, withinMs, as };
}

/** `set KEY VALUE`, `get KEY`, `delete KEY`, and how: `via`, `stale`, `as`, `within`, `expect`. */
function callOn(line: Line, names: Names, kind: CallSpec['kind']): CallSpec {
  const key = line.text('a key');
  const value = kind === 'set' ? line.text('a value') : null;
  let via = 'proxy';
  let stale = false;
  let as: string | null = null;
  let withinMs: number | null = null;
  let outcome: Outcome | null = null;
  for (;;) {
    if (line.takes('via')) via = line.takes('proxy') ? 'proxy' : line.node(names);
    else if (kind === 'get' && line.takes('stale')) stale = true;
    else if (line.takes('as')) as = newName(line, names);
    else if (line.takes('within')) withinMs = line.durationMs();
    else if (line.takes('expect')) outcome = outcomeOn(line);
    else break;
  }
  if (kind === 'get' && outcome === null && as === null) {
    throw line.problem('"expect" and what a get shows (value, missing, pending, ...)');
  }
  if (as !== null) names.calls.add(as);
  // Who names a call looks at it later; otherwise a write has to be done.
  return {
    kind,
    key,
    value,
    via,
    stale,
    as,
    withinMs,
    outcome: outcome ?? (as === null ? DONE : null),
  };
}

const DONE: Outcome = { type: 'done' };

/** A name is given once, to a leader or to a call. */
function newName(line: Line, names: Names): string {
  const taken = ['leader', 'proxy', ...names.nodes, ...names.leaders, ...names.calls];
  if (taken.includes(line.next ?? '')) throw line.problem('a name that is not given yet');
  return line.name('a name, such as L1');
}
