/**
 * One seed, one run: faults for a while, then everything is healed, and the cluster has to converge and
 * answer every call; then the whole history is judged.
 */
import type { RangeResult } from '#kv';
import { answerOf, rangeOf } from './actions.js';
import { judge } from './oracle/index.js';
import type { Wire } from './codecs.js';
import type { Sight } from './oracle/index.js';
import { PropertyBroken } from './invariants/index.js';
import type { WorldRules } from './machines.js';
import { drawPlan } from './plan.js';
import type { Plan, PlanOverrides } from './plan.js';
import type { ProgramMaker, ReplicaMaker } from './process.js';
import { Trace } from './trace.js';
import { World } from './world.js';

export interface RunFigures {
  readonly events: number;
  readonly simulatedMs: number;
  readonly calls: number;
  readonly answered: number;
  /** Calls whose key's history was decided. */
  readonly checked: number;
  readonly undecided: number;
  /** Faults by kind, and what happened at least sometimes. */
  readonly counts: ReadonlyMap<string, number>;
}

export interface RunResult {
  readonly seed: number;
  /** Of every step; the same for the same seed. */
  readonly hash: string;
  readonly figures: RunFigures;
  /** Null: everything held. */
  readonly failure: RunFailure | null;
}

export interface RunFailure {
  /** The property that does not hold, or the class of what was thrown. */
  readonly property: string;
  readonly reason: string;
  /** The command that does it again. */
  readonly replay: string;
  /** The last lines before it. */
  readonly lines: readonly string[];
  /** When it showed, ms of the world. */
  readonly at: number;
  /** The calls that had been drawn by then, by number: with these alone the run is the same. */
  readonly calls: readonly number[];
}

export interface RunOptions extends PlanOverrides {
  /** Gets each line of the trace. */
  readonly sink?: (line: string) => void;
  readonly linesKept?: number;
  /** The production codecs, for the seeds that use them. */
  readonly wire?: Wire;
  /** Production's, unless a test breaks one. */
  readonly rules?: WorldRules;
  /** Makes the nodes' replicas, for those who look over their shoulders. */
  readonly makeReplica?: ReplicaMaker;
  /** Of which release each node is in each of its lives; this one's if it is left out. */
  readonly programOf?: ProgramMaker;
}

/** Calls go on for so long on the healed cluster, ms. */
const CALM_MS = 1_000;
const SETTLE_MS = 60_000;
const LINES = 60;

export function run(seed: number, options: RunOptions = {}): RunResult {
  return runPlan(drawPlan(seed, options), options);
}

export function runPlan(plan: Plan, options: RunOptions = {}): RunResult {
  const trace = new Trace(options.sink ?? null);
  const wire = plan.transcode ? (options.wire ?? null) : null;
  const world = new World(plan, trace, wire, options);
  let checked = 0;
  let undecided = 0;
  let failure: Pick<RunFailure, 'property' | 'reason'> | null = null;
  try {
    live(world);
    const judgement = judge(world.history, world.witness, finalSights(world));
    ({ checked, undecided } = judgement);
    if (judgement.objection !== null)
      failure = { property: 'history', reason: judgement.objection };
  } catch (error) {
    failure = failureOf(error);
  }
  const nodes = options.nodes === undefined ? '' : ` --nodes ${String(options.nodes)}`;
  const { calls } = world.history;
  return {
    seed: plan.seed,
    hash: trace.hash,
    figures: {
      events: world.events,
      simulatedMs: world.now,
      calls: calls.length,
      answered: calls.filter(({ outcome }) => outcome === 'ok').length,
      checked,
      undecided,
      counts: sometimes(world),
    },
    failure:
      failure === null
        ? null
        : {
            ...failure,
            replay: `npm run simulate -- --seed ${String(plan.seed)}${nodes}`,
            lines: trace.latest(options.linesKept ?? LINES),
            at: world.now,
            calls: world.workload.drawn,
          },
  };
}

function failureOf(error: unknown): Pick<RunFailure, 'property' | 'reason'> {
  if (!(error instanceof Error)) return { property: 'thrown', reason: String(error) };
  const property = error instanceof PropertyBroken ? error.property : error.name;
  return { property, reason: error.stack ?? error.message };
}

/** What a run did not show, beside what it did. */
class NotConverged extends Error {
  override readonly name = 'NotConverged';
}

/**
 * Safety under faults; then everything is healed around a random majority, while the others stay down,
 * and that has to serve; then the others come back, and all have to be the same.
 */
function live(world: World): void {
  world.begin();
  world.run(world.plan.faultsMs);
  const core = new Set(world.losses.core(world.random.shuffle([...world.nodes])));
  const names = [...core].map(({ name }) => name).join(' ');
  world.trace.say(world.now, 'world', `all is healed around ${names}`);
  world.operator.paused = true;
  world.faults.healAround(new Set([...core, ...world.proxies, ...world.clients]));
  world.run(world.now + CALM_MS);
  mustServe(world);
  world.trace.say(world.now, 'world', 'all is healed');
  world.faults.healRest();
  world.operator.paused = false;
  for (const client of world.clients) client.calling = false;
  let looks = 0;
  const done = world.run(world.now + SETTLE_MS, () => ++looks % 16 === 0 && isSettled(world));
  world.examine();
  if (!done) throw new NotConverged(standing(world));
  for (const client of world.clients) client.calling = true;
  mustServe(world);
  for (const client of world.clients) client.calling = false;
  const settled = world.run(world.now + SETTLE_MS, () => isSettled(world));
  world.examine();
  if (!settled) throw new NotConverged(standing(world));
}

/** A majority that can talk answers: some call, made from now on, succeeds. */
function mustServe(world: World): void {
  const before = world.history.calls.length;
  let looks = 0;
  const answered = world.run(
    world.now + SETTLE_MS,
    () =>
      ++looks % 16 === 0 &&
      world.history.calls.slice(before).some(({ outcome }) => outcome === 'ok'),
  );
  if (!answered) throw new NotConverged(`no call succeeds; ${standing(world)}`);
}

function isSettled(world: World): boolean {
  if (!world.operator.idle || world.clients.some(({ busy }) => busy)) return false;
  const replicas = world.soundMembers.map(({ replica }) => replica);
  const [first] = replicas;
  if (first === null || first === undefined) return false;
  const { lastIndex } = first.raft;
  return (
    replicas.filter((replica) => replica?.raft.role === 'leader').length === 1 &&
    replicas.every(
      (replica) =>
        replica !== null &&
        replica.raft.lastIndex === lastIndex &&
        replica.store.appliedIndex === lastIndex,
    )
  );
}

function standing(world: World): string {
  const nodes = world.nodes.map((node) => {
    const { name, state, replica } = node;
    const lost = world.losses.has(node) ? ', lost' : '';
    if (replica === null) return `${name} ${state}, does not run${lost}`;
    const { role, term, lastIndex, commitIndex, membership } = replica.raft;
    return (
      `${name} ${state} ${role} term ${String(term)} last ${String(lastIndex)} ` +
      `committed ${String(commitIndex)} applied ${String(replica.store.appliedIndex)} ` +
      `of ${membership.voters.join(' ')}${lost}`
    );
  });
  const busy = world.clients.filter((client) => client.busy).map(({ name }) => name);
  return (
    `not converged after healing: ${nodes.join('; ')}; calls open at: ${busy.join(', ') || 'nobody'}` +
    (world.operator.idle ? '' : '; the operator is not done')
  );
}

/** What stands at the end, which is also the last read of every key. */
function finalSights(world: World): ReadonlyMap<string, Sight> {
  const final = new Map<string, Sight>();
  const store = world.soundMembers[0]?.replica?.store;
  if (store === undefined) return final;
  const pairs = new Map(
    [...world.history.bySubject()].map(([subject, [call]]) => [subject, isPair(call)]),
  );
  for (const [subject, pair] of pairs) {
    const action = { kind: 'get', subject, pair, stale: false, minRevision: 0 } as const;
    const call = world.history.invoke(-1, action, world.now);
    call.answer = answerOf(action, store.read(rangeOf(subject, pair)) as RangeResult, 0);
    call.newestRevision = store.revision;
    world.history.settle(call, 'ok', '', world.now);
    if (call.answer.sight !== null && call.answer.sight.version > 0)
      final.set(subject, call.answer.sight);
  }
  return final;
}

function isPair(
  call: { readonly action: { readonly kind: string; readonly pair?: boolean } } | undefined,
): boolean {
  return call?.action.pair === true;
}

function sometimes(world: World): ReadonlyMap<string, number> {
  const counts = new Map(world.counts);
  counts.set('terms led', world.invariants.elections.terms);
  counts.set('entries committed', world.invariants.committedLog.lastIndex);
  counts.set('writes in the log twice', world.invariants.acknowledged.doubled);
  return counts;
}
