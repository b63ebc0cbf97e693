/** Which worlds follow a world, what each is called, and whether it is sound. */
import type { Rules } from '#raft';
import { RULES, term } from '#raft';
import type { Bound } from './bound.js';
import { affords, packed, unitOf } from './bound.js';
import { Catalogue } from './catalogue.js';
import { continued, encodeHistory, mustMatch, NOTHING } from './history.js';
import type { History } from './history.js';
import { Hasher } from './hash.js';
import { blankDisk, started } from './node-state.js';
import { PROPERTIES } from './properties.js';
import type { Property } from './properties.js';
import type { Step } from './steps.js';
import { Steps } from './steps.js';
import { World } from './world.js';

/** How a world follows another: a node's step, or a message that is lost. */
export interface Move {
  /** Null: the message is dropped. */
  readonly step: Step | null;
  /** 0 to 2; -1: none. */
  readonly node: number;
  /** The message delivered or dropped; -1: none. */
  readonly letter: number;
  /** It was delivered, and is still in flight. */
  readonly kept: boolean;
}

/** Takes what follows; `move` is the same object each time, and the world too. */
export type Visitor = (world: World, low: number, high: number, move: Move) => void;

export interface WorldsOptions {
  readonly bound: Bound;
  /** `RULES`, unless a test replaces one. */
  readonly rulesOf?: (node: number) => Rules;
  /** All, unless a test wants to see what follows from a bug. */
  readonly properties?: readonly Property[];
}

const LANES = 12;

export class Worlds {
  readonly steps: Steps;
  readonly histories = new Catalogue<History>(encodeHistory);
  /** Moves that were not made because too many messages would be in flight. */
  cut = 0;
  private readonly bound: Bound;
  private readonly checked: ReadonlySet<Property>;
  /** What a lost message, and a doubled one, uses up. */
  private readonly drop: number;
  private readonly duplicate: number;
  private readonly base = new Uint32Array(LANES);
  private readonly sums = new Uint32Array(LANES);
  private readonly after = new World();
  private readonly hasher = new Hasher();
  private readonly budgets = new Map<number, readonly [number, number]>();
  private readonly move = { step: null as Step | null, node: -1, letter: -1, kept: false };
  private low = 0;
  private high = 0;

  constructor({ bound, rulesOf = () => RULES, properties = PROPERTIES }: WorldsOptions) {
    this.bound = bound;
    this.checked = new Set(properties);
    this.drop = bound.drops === 'any' ? 0 : unitOf('drops');
    this.duplicate = bound.duplicates === 'any' ? 0 : unitOf('duplicates');
    this.steps = new Steps(bound, rulesOf, this.checked);
  }

  /** Three processes that have just started. */
  first(): World {
    const world = new World();
    const newest = term(Math.max(0, ...this.bound.logs.flat()));
    for (const at of [0, 1, 2] as const) {
      const disk = blankDisk(this.bound.logs[at] ?? [], newest);
      const config = this.steps.configOf(at + 1);
      world.nodes[at] = this.steps.numberOf(started(config, disk, 0));
    }
    world.history = this.histories.number(NOTHING);
    world.left = packed(this.bound);
    return world;
  }

  /** The world's name: the least of its hashes under each order of the nodes. */
  name(world: World): readonly [number, number] {
    this.sumUp(world, this.sums);
    this.least(world.left);
    return [this.low, this.high];
  }

  /** Shows all that may follow. Throws a Violation, of which `lastMove` is the cause. */
  forEach(world: World, visit: Visitor): void {
    this.sumUp(world, this.base);
    for (const at of [0, 1, 2] as const) {
      for (const step of this.steps.byItself(world.nodes[at])) {
        this.go(world, step, at, -1, false, visit);
      }
    }
    const { letters } = world;
    for (let at = 0; at < letters.length; at++) {
      const letter = letters[at] ?? 0;
      if (letters.indexOf(letter) === at) this.deliver(world, letter, visit);
    }
  }

  get lastMove(): Move {
    return { ...this.move };
  }

  private deliver(world: World, letter: number, visit: Visitor): void {
    const node = (this.steps.letters.get(letter).to - 1) as 0 | 1 | 2;
    for (const step of this.steps.onMessage(world.nodes[node], letter)) {
      this.go(world, step, node, letter, false, visit);
      if (affords(world.left, this.duplicate)) this.go(world, step, node, letter, true, visit);
    }
    if (affords(world.left, this.drop)) this.go(world, null, -1, letter, false, visit);
  }

  private go(
    world: World,
    step: Step | null,
    node: number,
    letter: number,
    kept: boolean,
    visit: Visitor,
  ): void {
    const cost = (step?.cost ?? this.drop) + (kept ? this.duplicate : 0);
    if (step !== null && !affords(world.left, step.cost)) return;
    const { move, after, sums, base } = this;
    move.step = step;
    move.node = node;
    move.letter = letter;
    move.kept = kept;
    if (step !== null && step.broken !== null) throw step.broken;
    const removed = letter >= 0 && !kept;
    const inFlight = world.letters.length - (removed ? 1 : 0) + (step?.sent.length ?? 0);
    if (inFlight > this.bound.messages) {
      this.cut += 1;
      return;
    }
    after.copyFrom(world);
    after.left = world.left - cost;
    for (let lane = 0; lane < LANES; lane++) sums[lane] = base[lane] ?? 0;
    if (removed) this.remove(letter);
    if (step !== null) this.take(step, node as 0 | 1 | 2);
    this.least(after.left);
    visit(after, this.low, this.high, move);
  }

  private remove(letter: number): void {
    const { letters } = this.after;
    const at = letters.indexOf(letter);
    letters[at] = letters[letters.length - 1] ?? 0;
    letters.pop();
    this.steps.letters.lanes.takeFrom(this.sums, letter);
  }

  private take(step: Step, node: 0 | 1 | 2): void {
    const { after, sums, steps } = this;
    const { lanes } = steps.nodes;
    lanes.takeFrom(sums, after.nodes[node]);
    lanes.addTo(sums, step.next);
    after.nodes[node] = step.next;
    for (const sent of step.sent) {
      after.letters.push(sent);
      steps.letters.lanes.addTo(sums, sent);
    }
    if (step.logChanged && this.checked.has('log matching')) this.matchLogs(node);
    if (step.notable) this.remember(node);
  }

  private matchLogs(changed: 0 | 1 | 2): void {
    const mine = this.steps.factsOf(this.after.nodes[changed]);
    for (const other of [0, 1, 2] as const) {
      if (other !== changed) mustMatch(mine, this.steps.factsOf(this.after.nodes[other]));
    }
  }

  private remember(node: 0 | 1 | 2): void {
    const { after, histories, steps, sums } = this;
    const all = after.nodes.map((number) => steps.factsOf(number));
    const before = histories.get(after.history);
    const next = continued(before, steps.factsOf(after.nodes[node]), all, this.checked);
    if (next === before) return;
    const number = histories.number(next);
    histories.lanes.takeFrom(sums, after.history);
    histories.lanes.addTo(sums, number);
    after.history = number;
  }

  private sumUp(world: World, sums: Uint32Array): void {
    sums.fill(0);
    for (const node of world.nodes) this.steps.nodes.lanes.addTo(sums, node);
    for (const letter of world.letters) this.steps.letters.lanes.addTo(sums, letter);
    this.histories.lanes.addTo(sums, world.history);
  }

  /** Of the six sums, with what is left: what may happen has no names in it. */
  private least(left: number): void {
    const { sums } = this;
    let low = sums[0] ?? 0;
    let high = sums[1] ?? 0;
    for (let lane = 2; lane < LANES; lane += 2) {
      const otherHigh = sums[lane + 1] ?? 0;
      const otherLow = sums[lane] ?? 0;
      if (otherHigh > high || (otherHigh === high && otherLow >= low)) continue;
      low = otherLow;
      high = otherHigh;
    }
    const [leftLow, leftHigh] = this.budgetLanes(left);
    this.low = (low ^ leftLow) >>> 0;
    this.high = (high ^ leftHigh) >>> 0;
  }

  private budgetLanes(left: number): readonly [number, number] {
    let lanes = this.budgets.get(left);
    if (lanes === undefined) {
      const { low, high } = this.hasher.begin().put(left).finish();
      lanes = [low, high];
      this.budgets.set(left, lanes);
    }
    return lanes;
  }
}
