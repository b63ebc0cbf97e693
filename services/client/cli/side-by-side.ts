/** Whether the nodes of a cluster, and a program that is to join them, can work with each other. */
import type { NodeState } from '#rpc/generated/relevo/v1/session';
import { formatProblem, nodesProblem, protocolProblem, type Versions } from '#rpc/versions';

/** The first two that can't, with the remedy; null: all can. */
export function problemAmong(states: readonly NodeState[]): string | null {
  for (const [at, one] of states.entries()) {
    for (const other of states.slice(at + 1)) {
      const problem = nodesProblem(speakerOf(one), speakerOf(other));
      if (problem !== null) return problem;
    }
  }
  return null;
}

/** Why a node of another release would not get on with one that is there; null: it would. */
export function problemOfNewcomer(
  newcomer: Versions,
  who: string,
  states: readonly NodeState[],
): string | null {
  for (const state of states) {
    const comes = { who, versions: newcomer };
    const problem =
      protocolProblem(comes, speakerOf(state)) ?? formatProblem(comes, state.formatLevel);
    if (problem !== null) return problem;
  }
  return null;
}

const speakerOf = (state: NodeState): { who: string; versions: NodeState } => ({
  who: state.name,
  versions: state,
});
