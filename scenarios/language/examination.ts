/** Whether a condition holds now: by what is seen, and for some by what has to be asked for. */
import { logOf, lookAtCall, remarks, stateFiles, versionAt, type Asking } from './asking.js';
import { named, nameOf, type Cast } from './cast.js';
import { outcomeVerdict } from './outcome-verdict.js';
import type { LogView, View } from './stage.js';
import type { Condition, NodeName } from './syntax.js';
import { verdict, verdictOn, type Verdict } from './verdicts.js';

export function* examine(condition: Condition, view: View, cast: Cast): Asking<Verdict> {
  switch (condition.type) {
    case 'call':
      return outcomeVerdict(condition.outcome, yield* lookAtCall(cast.call(condition.call)), view);
    case 'version': {
      const node = cast.find(condition.node, view);
      const version = node === null ? null : yield* versionAt(node.id, condition.key);
      const words = `${condition.key} was changed ${version ?? '?'} times at ${condition.node}`;
      return verdict(version === condition.version, words);
    }
    case 'files-equal':
      return yield* filesVerdict(view);
    case 'told':
      return yield* toldVerdict(condition, view, cast);
    case 'logs':
      return yield* logsVerdict(condition, view, cast);
    case 'log': {
      const log = yield* logOfNamed(condition.node, view, cast);
      const wanted = condition.terms.join(' ');
      return verdict(log?.terms.join(' ') === wanted, logWords(condition.node, log));
    }
    case 'begins-behind': {
      const log = yield* logOfNamed(condition.node, view, cast);
      return verdict((log?.firstIndex ?? 0) > condition.index, logWords(condition.node, log));
    }
    default:
      return verdictOn(condition, view, cast);
  }
}

function* logOfNamed(name: NodeName, view: View, cast: Cast): Asking<LogView | null> {
  const node = cast.find(name, view);
  return node === null ? null : yield* logOf(node.id);
}

function* logsVerdict(
  { nodes, equal }: Extract<Condition, { readonly type: 'logs' }>,
  view: View,
  cast: Cast,
): Asking<Verdict> {
  const one = yield* logOfNamed(nodes[0], view, cast);
  const other = yield* logOfNamed(nodes[1], view, cast);
  const words = `${logWords(nodes[0], one)}; ${logWords(nodes[1], other)}`;
  if (one === null || other === null) return verdict(false, words);
  return verdict(agree(one, other) === equal, words);
}

/** As far as both still have it, and to the same end. Where terms agree, entries do (5.3 of the paper). */
function agree(one: LogView, other: LogView): boolean {
  const first = Math.max(one.firstIndex, other.firstIndex);
  const from = ({ firstIndex, terms }: LogView): string =>
    terms.slice(first - firstIndex).join(' ');
  return from(one) === from(other);
}

function* filesVerdict(view: View): Asking<Verdict> {
  const files = yield* stateFiles();
  const [first] = files;
  const same = files.every(({ path, sha256 }) => path === first?.path && sha256 === first.sha256);
  if (first !== undefined && first.path !== '' && same) {
    return verdict(
      true,
      `${first.path} on ${files.length} nodes, sha256 ${first.sha256.slice(0, 16)}…`,
    );
  }
  const each = files.map(({ node, path, sha256 }) =>
    path === ''
      ? `${nameOf(view, node)} none`
      : `${nameOf(view, node)} ${path} ${sha256.slice(0, 8)}…`,
  );
  return verdict(false, each.join(', '));
}

function* toldVerdict(
  { node: name, words }: Extract<Condition, { readonly type: 'told' }>,
  view: View,
  cast: Cast,
): Asking<Verdict> {
  const node = cast.find(name, view);
  if (node === null) return verdict(false, `${name} is not known`);
  const own = (yield* remarks(0)).filter((remark) => remark.node === node.id);
  const said = own.map(({ text }) => named(text, view));
  const found = said.findLast((text) => text.includes(words));
  if (found !== undefined) return verdict(true, `${node.name} ${found}`);
  return verdict(false, `${node.name} said last: ${said.at(-1) ?? 'nothing'}`);
}

function logWords(name: NodeName, log: LogView | null): string {
  if (log === null) return `${name} is not known`;
  return log.terms.length === 0
    ? `${name}'s log is empty from ${log.firstIndex} on`
    : `${name}'s log from ${log.firstIndex} on has terms ${log.terms.join(' ')}`;
}
