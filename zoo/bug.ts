/**
 * A bug of the zoo: a wrong rule in the place of one of production's, and the checker that has to find
 * it. Production passes frozen tables; nothing here can be reached from it.
 */
import type { Bound, Property } from '#exhaustive';
import type { Rules } from '#raft';
import type { PlanOverrides, WorldRules } from '#simulator';
import type { StorageRules } from '#storage';

/** Whole clusters under random faults: each seed is an attempt. */
export interface SimulatorHunt {
  readonly by: 'simulator';
  readonly rules: WorldRules;
  /** What is not left to the seed, where a world at random seldom comes near the rule. */
  readonly course?: PlanOverrides;
}

/** Every order of what may happen in a small world of the core: one search, and what it finds is shortest. */
export interface SmallWorldHunt {
  readonly by: 'small world';
  /** By node: what one does not keep to itself it may keep to others. */
  readonly rules: (node: number) => Partial<Rules>;
  readonly bound: Bound;
  /** Not checked, so that a consequence shows. */
  readonly without?: readonly Property[];
}

/** Every state that a power cut may leave of a history's files: each order of its steps is an attempt. */
export interface CrashStatesHunt {
  readonly by: 'crash states';
  readonly rules: Partial<StorageRules>;
  /** The name of the history (tests/storage/histories.ts). */
  readonly history: string;
}

export type Hunt = SimulatorHunt | SmallWorldHunt | CrashStatesHunt;

export interface Bug {
  /** Unique; the name of its files in kept/. */
  readonly name: string;
  /** What it does wrong, in one sentence. */
  readonly what: string;
  /** The predicate that is replaced, where it stands. */
  readonly rule: string;
  /** Who had it, or who warns of it. */
  readonly source: string;
  readonly hunt: Hunt;
}

/** What a checker says of a bug that it found. */
export interface Finding {
  /** The property that does not hold. */
  readonly property: string;
  /** In what way; without the places in the code. */
  readonly reason: string;
}
