/**
 * The format level of the cluster (kv/format-level.ts), and who reads which: a leader raises it once every member
 * is connected and reads more. docs/architecture.md ("Releases side by side") says why so.
 */
import { formatOfState, formatRaisedBy, type Command, type Store } from '#kv';
import type { Membership, NodeId } from '#raft';
import type { Program } from '#rpc/versions';
import type { Recovered } from '#storage';
import { NODE_RULES, type NodeRules } from './rules.js';

/** As plain data. */
export interface FormatLevelsState {
  /** The highest level that each peer reads which is connected. */
  readonly read: readonly (readonly [NodeId, number])[];
  readonly proposed: number;
}

export const NO_LEVELS: FormatLevelsState = { read: [], proposed: 0 };

export class FormatLevels {
  readonly #self: NodeId;
  readonly #program: Program;
  readonly #rules: NodeRules;
  readonly #read: Map<NodeId, number>;
  /** What was asked for last; not again until it is refused, or another leadership begins. */
  #proposed: number;

  constructor(
    self: NodeId,
    program: Program,
    state: FormatLevelsState,
    rules: NodeRules = NODE_RULES,
  ) {
    this.#self = self;
    this.#program = program;
    this.#rules = rules;
    this.#read = new Map(state.read);
    this.#proposed = state.proposed;
  }

  dump(): FormatLevelsState {
    return { read: [...this.#read], proposed: this.#proposed };
  }

  /** `formatMax`: as in its greeting; 0, which says nothing, is the first level. */
  greeted(peer: NodeId, formatMax: number): void {
    this.#read.set(peer, Math.max(1, formatMax));
  }

  /** It may come back as another release. */
  left(peer: NodeId): void {
    this.#read.delete(peer);
  }

  /** A role was taken, or a proposal refused. */
  lookAgain(): void {
    this.#proposed = 0;
  }

  /** What a leader has to propose now. */
  due({ voters, learners }: Membership, store: Store): Command[] {
    const others = [...voters, ...learners].filter((member) => member !== this.#self);
    const read = others.map((member) => this.#read.get(member) ?? 0);
    const level = this.#rules.formatToWrite(this.#program.formatWritten, read);
    if (level <= Math.max(store.formatLevel, this.#proposed)) return [];
    this.#proposed = level;
    return [{ kind: 'raise-format', level }];
  }
}

/** The highest level that a directory may hold: that of its checkpoint, and what its log raises it to. */
export function formatOfDirectory({ stateLines, entries }: Recovered): number {
  let level = formatOfState(stateLines);
  for (const { body } of entries) {
    if (body.kind === 'command') level = Math.max(level, formatRaisedBy(body.text));
  }
  return level;
}
