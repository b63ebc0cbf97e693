/** Attempts of the simulator: a seed, or a plan that was kept. */
import { drawPlan, runPlan, shrink, type Plan, type RunFailure } from '#simulator';
import { productionWire } from '#simulator/wire';
import type { Finding, SimulatorHunt } from '../bug.js';

export function trySeed({ rules, course }: SimulatorHunt, seed: number): Finding | null {
  return findingOf(runPlan(drawPlan(seed, course), { wire: productionWire, rules }).failure);
}

/** Under production's rules, if none are given. */
export function tryPlan(plan: Plan, hunt: SimulatorHunt | null): Finding | null {
  const rules = hunt === null ? {} : { rules: hunt.rules };
  const found = findingOf(runPlan(plan, { wire: productionWire, ...rules }).failure);
  return found !== null && isForWantOfCalls(plan, found) ? null : found;
}

/** Where calls were cut away, none may be left for the end, in which some have to succeed: no fault of anybody. */
function isForWantOfCalls({ calls }: Plan, { property, reason }: Finding): boolean {
  const [wanted, idle] = ['no call succeeds;', 'calls open at: nobody'];
  return (
    calls !== null &&
    property === 'NotConverged' &&
    reason.includes(wanted) &&
    reason.includes(idle)
  );
}

/** The plan of a seed that finds it, cut down; null if it does not. */
export function shortest(
  { rules, course }: SimulatorHunt,
  seed: number,
  runs: number,
): Plan | null {
  const options = { wire: productionWire, rules, runsMax: runs };
  return shrink(drawPlan(seed, course), options)?.plan ?? null;
}

/** What a reader of a trace need not follow one by one. */
const DETAIL = /^.{11} .{7} {4}/;
/** So many lines of details before the end: there it is decided. */
const DETAILS_KEPT = 60;

export function planTrace(plan: Plan, { rules }: SimulatorHunt): string[] {
  const lines: string[] = [];
  const sink = (line: string): void => {
    lines.push(line);
  };
  const { failure } = runPlan(plan, { wire: productionWire, rules, sink });
  const from = lines.length - DETAILS_KEPT;
  const told = lines.filter((line, at) => at >= from || !DETAIL.test(line));
  return [...worldOf(plan), ...told, `broken: ${findingOf(failure)?.reason ?? 'nothing'}`];
}

function worldOf(plan: Plan): string[] {
  const { nodes, spares, proxies, clients, callersPerClient, readersPerNode, strikes } = plan;
  const calls = plan.calls === null ? 'all calls' : `${plan.calls.length} calls`;
  return [
    `a world of ${nodes} nodes and ${spares} spare ones, ${proxies} proxies, ${clients} clients with ` +
      `${callersPerClient} callers each, ${readersPerNode} readers at each node; ${calls}`,
    `election timeouts of ${plan.electionTimeoutMsMin} to ${plan.electionTimeoutMsMax} ms, ` +
      `messages lost ${percent(plan.lossChance)}, doubled ${percent(plan.duplicateChance)}, ` +
      `out of order ${percent(plan.strayChance)}`,
    `faults: ${strikes.map(({ at, kind }) => `${kind} at ${at.toFixed(0)} ms`).join(', ') || 'none'}`,
    'time in ms, who, what; lines that are set in tell messages, of the last steps alone',
  ];
}

const percent = (chance: number): string => `${(100 * chance).toFixed(0)} %`;

function findingOf(failure: RunFailure | null): Finding | null {
  if (failure === null) return null;
  const { property, reason } = failure;
  // What follows is where in the code it was noticed.
  const text = reason.split('\n').filter((line) => !/^\s+at /.test(line));
  return { property, reason: text.join('\n') };
}
