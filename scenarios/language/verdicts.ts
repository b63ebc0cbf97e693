/** Whether a condition holds by what is seen at one moment, and what is seen, in words. */
import { leaderIn, nameOf, type Cast } from './cast.js';
import type { NodeView, View } from './stage.js';
import type { Condition, NodeName } from './syntax.js';

export interface Verdict {
  readonly holds: boolean;
  /** What is so, whether or not it is what was hoped for. */
  readonly words: string;
}

/** Those for which a look is enough. */
export type SeenCondition = Exclude<
  Condition,
  { readonly type: 'log' | 'logs' | 'begins-behind' | 'files-equal' | 'told' | 'call' | 'version' }
>;

export function verdictOn(condition: SeenCondition, view: View, cast: Cast): Verdict {
  switch (condition.type) {
    case 'leader':
      return leaderVerdict(condition, view, cast);
    case 'new-leader': {
      const leader = leaderIn(view);
      return verdict((leader?.term ?? 0) > cast.highestTerm, leaderWords(leader));
    }
    case 'no-leader':
      return verdict(leaderIn(view) === null, leaderWords(leaderIn(view)));
    case 'converged':
      return convergence(view);
    case 'quorum-lost': {
      const up = view.nodes.filter(({ state }) => state === 'up').length;
      const needed = Math.floor(view.nodes.length / 2) + 1;
      return verdict(up < needed, `${up} of ${view.nodes.length} run, ${needed} are a majority`);
    }
    case 'broken': {
      const { broken } = view;
      const fits = broken !== '' && broken.includes(condition.property ?? '');
      return verdict(fits, soundness(broken));
    }
    case 'sound':
      return verdict(view.broken === '', soundness(view.broken));
    case 'same-term':
    case 'longer':
      return pairVerdict(condition, view, cast);
    default:
      return nodeVerdict(condition, view, cast);
  }
}

type NodeCondition = Extract<
  SeenCondition,
  { readonly type: 'role' | 'term' | 'state' | 'checkpoint' | 'uncommitted' }
>;

function nodeVerdict(condition: NodeCondition, view: View, cast: Cast): Verdict {
  const node = cast.find(condition.node, view);
  if (node === null) return missing(condition.node);
  const { name, role, term, state, lastIndex, commitIndex, checkpointIndex } = node;
  const up = state === 'up';
  switch (condition.type) {
    case 'role':
      return verdict(
        up && (role === condition.role) !== condition.not,
        `${name} is ${up ? role : state}`,
      );
    case 'term':
      return verdict(term === condition.term, `${name} is in term ${term}`);
    case 'state':
      return verdict(state === condition.state, `${name} is ${state}`);
    case 'checkpoint':
      return verdict(
        checkpointIndex > 0,
        checkpointIndex > 0
          ? `${name} has a checkpoint of index ${checkpointIndex}`
          : `${name} has no checkpoint`,
      );
    case 'uncommitted':
      return verdict(
        lastIndex > commitIndex,
        `${name}: last entry ${lastIndex}, committed ${commitIndex}`,
      );
  }
}

function pairVerdict(
  { type, nodes }: Extract<SeenCondition, { readonly type: 'same-term' | 'longer' }>,
  view: View,
  cast: Cast,
): Verdict {
  const [one, other] = nodes.map((name) => cast.find(name, view));
  if (!one || !other) return missing(one ? nodes[1] : nodes[0]);
  if (type === 'same-term') {
    const words = `${one.name} is in term ${one.term}, ${other.name} in term ${other.term}`;
    return verdict(one.term === other.term, words);
  }
  const words = `${one.name}'s log ends at ${one.lastIndex}, ${other.name}'s at ${other.lastIndex}`;
  return verdict(one.lastIndex > other.lastIndex, words);
}

function leaderVerdict(
  { is, not }: Extract<SeenCondition, { readonly type: 'leader' }>,
  view: View,
  cast: Cast,
): Verdict {
  const leader = leaderIn(view);
  if (leader === null || is === null) return verdict(leader !== null, leaderWords(leader));
  const meant = cast.find(is, view);
  return verdict((leader.id === meant?.id) !== not, leaderWords(leader));
}

function convergence(view: View): Verdict {
  const running = view.nodes.filter(({ state }) => state === 'up');
  const leader = leaderIn(view);
  if (leader === null) return verdict(false, 'nobody leads');
  const starting = view.nodes.find(({ state }) => state === 'starting');
  if (starting !== undefined) return verdict(false, `${starting.name} is starting`);
  const stray = running.find((node) => node.leader !== leader.id || node.term !== leader.term);
  if (stray !== undefined) {
    const follows = stray.leader === 0 ? 'nobody' : nameOf(view, stray.leader);
    return verdict(false, `${stray.name} follows ${follows} in term ${stray.term}`);
  }
  const end = leader.lastIndex;
  const behind = running.find((node) => !isWhole(node, end));
  if (behind === undefined) {
    const names = running.map(({ name }) => name).join(', ');
    return verdict(true, `${names} follow ${leader.name} and have applied all up to ${end}`);
  }
  const { name, lastIndex, commitIndex, appliedIndex } = behind;
  return verdict(
    false,
    `${name}: last entry ${lastIndex}, committed ${commitIndex}, applied ${appliedIndex} of ${end}`,
  );
}

function isWhole({ lastIndex, commitIndex, appliedIndex }: NodeView, end: number): boolean {
  return lastIndex === end && commitIndex === end && appliedIndex === end;
}

function leaderWords(leader: NodeView | null): string {
  return leader === null ? 'nobody leads' : `${leader.name} leads in term ${leader.term}`;
}

function soundness(broken: string): string {
  return broken === '' ? 'every invariant holds' : `broken: ${broken}`;
}

function missing(name: NodeName): Verdict {
  return verdict(false, name === 'leader' ? 'nobody leads' : `${name} is not known`);
}

export function verdict(holds: boolean, words: string): Verdict {
  return { holds, words };
}
