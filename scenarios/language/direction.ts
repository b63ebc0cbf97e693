/** Carries out one statement after the other, and knows what earlier ones named. */
import { act, look, lookAtCall, pass, type Asking } from './asking.js';
import { Cast, leaderIn } from './cast.js';
import { Chronicle } from './chronicle.js';
import { deedsOf } from './deeds.js';
import { examine } from './examination.js';
import { outcomeVerdict } from './outcome-verdict.js';
import { outcomeText } from './outcomes.js';
import type { PerformanceOptions } from './performance-options.js';
import type { StageAct, View } from './stage.js';
import type { Action, CallSpec, Condition, Scenario, Statement } from './syntax.js';
import { verdict, type Verdict } from './verdicts.js';

/** From one look to the next while something is waited for, and what is waited for an answer that must not come. */
const LOOK_EVERY_MS = 10;
/** While nothing is waited for but time: for the chronicle. */
const GLANCE_EVERY_MS = 50;
const PENDING_MS = 1_000;
/** A client's own verdict comes at most so much later than its patience ends. */
const ANSWER_MS = 2_000;
/** What is waited at most, besides three of the longest election timeouts. */
const PATIENCE_MS = 10_000;
/** By default, of a node that has no fixed one. */
const ELECTION_MS_MAX = 2_000;

type Until = Extract<Action, { readonly type: 'until' }>;
type Expect = Extract<Action, { readonly type: 'expect' }>;

export class Direction {
  readonly chronicle = new Chronicle();
  readonly #cast = new Cast();
  readonly #pace: number;
  readonly #patienceMs: number;

  constructor({ settings, cluster }: Scenario, { fast, patience = 1 }: PerformanceOptions) {
    this.#pace = fast ? settings.fast : 1;
    const longest = Math.max(...cluster.electionMs.map((ms) => ms ?? ELECTION_MS_MAX));
    this.#patienceMs = (PATIENCE_MS + (3 * longest) / this.#pace) * patience;
  }

  *look(): Asking<View> {
    const view = yield* look();
    this.chronicle.saw(view);
    return view;
  }

  *do({ action, text }: Statement): Asking<Verdict> {
    switch (action.type) {
      case 'call':
        return yield* this.#call(action.call, text);
      case 'fill':
        return yield* this.#fill(action.count, text);
      case 'wait':
        yield* this.#wait(this.#ms(action.ms));
        return verdict(true, '');
      case 'until':
        return yield* this.#until(action);
      case 'expect':
        return yield* this.#expect(action);
      default:
        return yield* this.#deed(action, text);
    }
  }

  #ms(ms: number): number {
    return ms / this.#pace;
  }

  *#wait(ms: number): Asking<void> {
    const end = (yield* this.look()).atMs + ms;
    for (;;) {
      const { atMs } = yield* this.look();
      if (atMs >= end) return;
      yield* pass(Math.min(GLANCE_EVERY_MS, end - atMs));
    }
  }

  *#deed(
    action: Exclude<Action, { type: 'call' | 'fill' | 'wait' | 'until' | 'expect' }>,
    text: string,
  ) {
    const view = yield* this.look();
    const deeds = deedsOf(action, view, this.#cast);
    if (typeof deeds === 'string') return verdict(false, deeds);
    const { acts, name, kind, words } = deeds;
    if ('node' in action && action.node === 'leader') this.#cast.knowsLeader(view);
    for (const one of acts) {
      const result = yield* act(one, 0);
      if (result.ok) continue;
      this.chronicle.did({ atMs: view.atMs, name, kind, text, ok: false });
      return verdict(false, result.reason);
    }
    this.chronicle.did({ atMs: view.atMs, name, kind, text, ok: true });
    return verdict(true, words);
  }

  *#call(spec: CallSpec, text: string): Asking<Verdict> {
    const view = yield* this.look();
    const node = spec.via === 'proxy' ? null : this.#cast.find(spec.via, view);
    if (spec.via !== 'proxy' && node === null) return verdict(false, `${spec.via} is not known`);
    const pending = spec.outcome?.type === 'pending';
    const waitMs = this.#waitFor(spec, pending);
    const result = yield* act(callAct(spec, node?.id ?? 'proxy'), this.#timeoutMs(spec));
    const kind = spec.kind === 'get' ? 'read' : 'write';
    const moment = { atMs: view.atMs, name: node?.name ?? '', kind, text } as const;
    if (!result.ok || result.call === undefined) {
      this.chronicle.did({ ...moment, ok: false });
      return verdict(false, result.ok ? 'the stage gave it no number' : result.reason);
    }
    if (spec.as !== null) this.#cast.nameCall(spec.as, result.call);
    const found = yield* this.#outcomeOf(result.call, spec, pending, waitMs);
    this.chronicle.did({ ...moment, ok: found.holds });
    return found;
  }

  *#fill(count: number, text: string): Asking<Verdict> {
    for (let i = 1; i <= count; i += 1) {
      const found = yield* this.#call(fillCall(i), text);
      if (!found.holds) return verdict(false, `write ${i}: ${found.words}`);
    }
    return verdict(true, `${count} writes are done`);
  }

  /** How long the client itself waits. */
  #timeoutMs({ withinMs }: CallSpec): number {
    return withinMs === null ? this.#patienceMs : this.#ms(withinMs);
  }

  /** How long is looked at it here. */
  #waitFor({ withinMs }: CallSpec, pending: boolean): number {
    if (pending) return this.#ms(PENDING_MS);
    return withinMs === null ? this.#patienceMs : this.#ms(withinMs) + ANSWER_MS;
  }

  *#outcomeOf(
    call: number,
    { outcome }: CallSpec,
    pending: boolean,
    waitMs: number,
  ): Asking<Verdict> {
    if (outcome === null) return verdict(true, 'sent');
    const end = (yield* this.look()).atMs + waitMs;
    for (;;) {
      const view = yield* this.look();
      const found = outcomeVerdict(outcome, yield* lookAtCall(call), view);
      const isOver = view.atMs >= end || (pending ? !found.holds : found.words !== 'no answer yet');
      if (isOver && found.holds) return found;
      if (isOver) return verdict(false, `${found.words}; expected ${outcomeText(outcome)}`);
      yield* pass(Math.min(LOOK_EVERY_MS, end - view.atMs));
    }
  }

  *#until({ condition, withinMs, as }: Until): Asking<Verdict> {
    const begin = yield* this.look();
    const end = begin.atMs + (withinMs === null ? this.#patienceMs : this.#ms(withinMs));
    for (;;) {
      const view = yield* this.look();
      const found = yield* examine(condition, view, this.#cast);
      if (found.holds) {
        this.#found(condition, view, as);
        return found;
      }
      if (view.atMs >= end) {
        const waited = Math.round(view.atMs - begin.atMs);
        return verdict(false, `not so after ${waited} ms: ${found.words}`);
      }
      yield* pass(Math.min(LOOK_EVERY_MS, end - view.atMs));
    }
  }

  #found(condition: Condition, view: View, as: string | null): void {
    if (condition.type !== 'leader' && condition.type !== 'new-leader') return;
    this.#cast.knowsLeader(view);
    const leader = leaderIn(view);
    if (as !== null && leader !== null) this.#cast.nameLeader(as, leader.id);
  }

  *#expect({ condition, forMs }: Expect): Asking<Verdict> {
    const end = (yield* this.look()).atMs + (forMs === null ? 0 : this.#ms(forMs));
    for (;;) {
      const view = yield* this.look();
      const found = yield* examine(condition, view, this.#cast);
      if (!found.holds || view.atMs >= end) return found;
      yield* pass(Math.min(LOOK_EVERY_MS, end - view.atMs));
    }
  }
}

function fillCall(i: number): CallSpec {
  return {
    ...{ kind: 'set', key: `fill-${i}`, value: String(i), via: 'proxy', stale: false },
    ...{ as: null, withinMs: null, outcome: { type: 'done' } },
  };
}

function callAct({ kind, key, value, stale }: CallSpec, via: 'proxy' | number): StageAct {
  switch (kind) {
    case 'set':
      return { type: 'set', key, value: value ?? '', via };
    case 'get':
      return { type: 'get', key, via, stale };
    case 'delete':
      return { type: 'delete', key, via };
  }
}
