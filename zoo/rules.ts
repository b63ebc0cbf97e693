/** The zoo's wrong rules as tables for a whole world, by the names of their bugs: for lessons. */
import { SESSION_RULES } from '#client/session';
import { productionRules } from '#kv';
import { NODE_RULES } from '#node/replica';
import { ROUTER_RULES } from '#proxy/router';
import { RULES, type Rules } from '#raft';
import type { WorldRules } from '#simulator';
import { RULES as STORAGE_RULES } from '#storage';
import type { Bug, Hunt } from './bug.js';
import { bugNamed, ZOO } from './bugs/index.js';
import type { Wrong } from './bugs/wrong.js';

/** Name, and what it does wrong. */
export const RULES_OFF: readonly Pick<Bug, 'name' | 'what' | 'rule'>[] = ZOO;

/** Throws a RangeError for a name that is not in the zoo, or for two that replace the same rule. */
export function rulesOf(names: readonly string[]): WorldRules {
  const hunts = names.map((name) => bugNamed(name).hunt);
  const wrong = hunts.map((hunt) => wrongOf(hunt, 0));
  const coreOf = (node: number): Rules => {
    return { ...RULES, ...merged(hunts.map((hunt) => wrongOf(hunt, node).core)) };
  };
  // Asked of some node, at once: two of one rule are refused before anything runs.
  const isCoreSound = Object.entries(coreOf(0)).every(
    ([rule, is]) => is === RULES[rule as keyof Rules],
  );
  return {
    ...(!isCoreSound && { raftOf: coreOf }),
    ...table('state', productionRules, wrong),
    ...table('node', NODE_RULES, wrong),
    ...table('storage', STORAGE_RULES, wrong),
    ...table('router', ROUTER_RULES, wrong),
    ...table('session', SESSION_RULES, wrong),
  };
}

function table<Name extends Exclude<keyof Wrong, 'core'>, Rules extends object>(
  name: Name,
  production: Rules,
  wrong: readonly Wrong[],
): Partial<Record<Name, Rules>> {
  const replaced = merged<object>(wrong.map((one) => one[name]));
  if (Object.keys(replaced).length === 0) return {};
  return { [name]: { ...production, ...replaced } } as Record<Name, Rules>;
}

/** What a hunt replaces, and nothing else. */
function wrongOf(hunt: Hunt, node: number): Wrong {
  switch (hunt.by) {
    case 'small world':
      return { core: hunt.rules(node) };
    case 'crash states':
      return { storage: hunt.rules };
    case 'simulator': {
      const { raft, state, node: nodes, storage, router, session } = hunt.rules;
      return {
        ...(raft && { core: replacedIn(raft, RULES) }),
        ...(state && { state: replacedIn(state, productionRules) }),
        ...(nodes && { node: replacedIn(nodes, NODE_RULES) }),
        ...(storage && { storage: replacedIn(storage, STORAGE_RULES) }),
        ...(router && { router: replacedIn(router, ROUTER_RULES) }),
        ...(session && { session: replacedIn(session, SESSION_RULES) }),
      };
    }
  }
}

function replacedIn<Rules extends object>(rules: Rules, production: Rules): Partial<Rules> {
  const names = Object.keys(rules) as (keyof Rules)[];
  const replaced = names.filter((name) => rules[name] !== production[name]);
  return Object.fromEntries(replaced.map((name) => [name, rules[name]])) as Partial<Rules>;
}

function merged<Rules extends object>(
  tables: readonly (Partial<Rules> | undefined)[],
): Partial<Rules> {
  const all: Partial<Rules> = {};
  for (const replaced of tables) {
    const twice = Object.keys(replaced ?? {}).find((name) => name in all);
    if (twice !== undefined)
      throw new RangeError(`two of these bugs replace the rule ${twice}: take one of them`);
    Object.assign(all, replaced);
  }
  return all;
}
