/**
 * What the production recovery makes of a state, for each state once. A recovery that changes something
 * is itself cut at each of its steps: what is left has to come to the same.
 */
import type { Entry } from '#raft';
import {
  Storage,
  type Blank,
  type DiskOperation,
  type Expectation,
  type Recovered,
  type Refusal,
  type StorageRules,
} from '#storage';
import { isReadAtStart, type CrashState, type CrashStates } from './crash-states.js';
import { Volume } from './volume.js';

/** What a start came to, without where it stood in which files. Equal outcomes are one object. */
export interface Outcome {
  readonly kind: 'recovered' | 'blank' | 'refused';
  /** A refusal's words. */
  readonly message: string;
  readonly vote: string;
  readonly askedToLead: boolean;
  /** The log begins behind it. */
  readonly base: number;
  readonly baseTerm: number;
  /** From base + 1 on. */
  readonly entries: readonly string[];
  readonly committed: number;
  /** 0: none. */
  readonly checkpoint: number;
  readonly state: string;
}

/** A promise that a state breaks, or a start that does not come to the same twice. */
export class PromiseBroken extends Error {
  constructor(
    readonly fault: string,
    readonly state: CrashState | null,
  ) {
    super(fault);
    this.name = 'PromiseBroken';
  }
}

/** An entry as a test compares it. */
export const entryText = ({ term, body }: Entry): string => `${term} ${JSON.stringify(body)}`;

export class Recoveries {
  readonly #expect: Expectation;
  readonly #rules: StorageRules;
  readonly #states: CrashStates;
  /** By state; undefined while it is being worked on. */
  readonly #known = new Map<string, Outcome | undefined>();
  readonly #outcomes = new Map<string, Outcome>();
  /** Recoveries that changed something, and were cut. */
  cut = 0;

  constructor(expect: Expectation, rules: StorageRules, states: CrashStates) {
    this.#expect = expect;
    this.#rules = rules;
    this.#states = states;
  }

  /** Different states that were recovered from. */
  get count(): number {
    return this.#known.size;
  }

  /** Null only for a state that a recovery under way began with. Throws if cuts of it differ. */
  of(state: CrashState): Outcome | null {
    if (this.#known.has(state.key)) return this.#known.get(state.key) ?? null;
    this.#known.set(state.key, undefined);
    const { outcome, met } = this.run(Volume.holding(state.files()));
    for (const other of met.keys()) {
      if (other === outcome) continue;
      throw new PromiseBroken(
        `a recovery that is cut and repeated comes to something else:\n${describe(outcome)}\n${describe(other)}`,
        state,
      );
    }
    this.#known.set(state.key, outcome);
    return outcome;
  }

  /** Recovers on a volume, and tells what cuts on the way would lead to. Its end has to be durable. */
  run(volume: Volume): {
    readonly outcome: Outcome;
    readonly met: ReadonlyMap<Outcome, CrashState>;
  } {
    const met = new Map<Outcome, CrashState>();
    const meet = (): void => {
      for (const state of this.#states.of(volume)) {
        const outcome = this.of(state);
        if (outcome !== null && !met.has(outcome)) met.set(outcome, state);
      }
    };
    const steps = Storage.recover(this.#expect, this.#rules);
    let changes = 0;
    let step = steps.next();
    while (step.done !== true) {
      const operation = step.value;
      checkRead(operation);
      volume.begin(operation);
      if (isChange(operation)) {
        changes++;
        meet();
      }
      step = steps.next(volume.finish(operation));
    }
    const outcome = this.#outcomeOf(step.value);
    if (changes > 0) this.cut++;
    if (outcome.kind === 'recovered') this.#checkEnd(volume, outcome, changes > 0);
    return { outcome, met };
  }

  /** Everything that was kept is durable, and a second recovery finds the same. */
  #checkEnd(volume: Volume, outcome: Outcome, hasChanged: boolean): void {
    const left = [...this.#states.of(volume)];
    if (left.length !== 1) {
      throw new PromiseBroken(`after a recovery ${left.length} states are possible`, null);
    }
    const again = hasChanged && left[0] !== undefined ? this.of(left[0]) : null;
    if (again === null || again === outcome) return;
    throw new PromiseBroken(
      `a second recovery comes to something else:\n${describe(outcome)}\n${describe(again)}`,
      left[0] ?? null,
    );
  }

  #outcomeOf(found: Recovered | Refusal | Blank): Outcome {
    const outcome = outcomeOf(found);
    const key = JSON.stringify(outcome);
    const known = this.#outcomes.get(key);
    if (known === undefined) this.#outcomes.set(key, outcome);
    return known ?? outcome;
  }
}

const isChange = ({ op }: DiskOperation): boolean =>
  !['read', 'list', 'sync', 'sync-directory', 'make-directory'].includes(op);

/** What the states' keys leave out must not matter. */
function checkRead(operation: DiskOperation): void {
  if (operation.op !== 'read' || isReadAtStart(operation.path)) return;
  throw new Error(`recovery reads ${operation.path}, and the enumeration takes it for unread`);
}

function outcomeOf(found: Recovered | Refusal | Blank): Outcome {
  if ('code' in found) {
    const kind = found.code === 'blank' ? 'blank' : 'refused';
    const nothing = { vote: '', askedToLead: false, base: 0, baseTerm: 0, entries: [] };
    return { kind, message: found.message, ...nothing, committed: 0, checkpoint: 0, state: '' };
  }
  return {
    kind: 'recovered',
    message: '',
    vote: JSON.stringify(found.vote),
    askedToLead: found.identity.askedToLead,
    base: found.base.index,
    baseTerm: found.base.term,
    entries: found.entries.map(entryText),
    committed: found.commitIndex,
    checkpoint: found.checkpoint?.index ?? 0,
    state: found.stateLines.join('\n'),
  };
}

export const describe = (outcome: Outcome): string =>
  outcome.kind === 'recovered'
    ? `vote ${outcome.vote}, entries ${outcome.base + 1} to ${outcome.base + outcome.entries.length}, committed ${outcome.committed}, checkpoint ${outcome.checkpoint}`
    : `${outcome.kind}: ${outcome.message}`;
