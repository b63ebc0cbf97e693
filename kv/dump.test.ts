import fc from 'fast-check';
import type { CheckpointCursor } from './checkpoint-cursor.js';
import { encodeCommand } from './command-encoding.js';
import { Store } from './store.js';
import { Choices, someCommand } from './testing/commands.js';

const scripts = fc.array(fc.array(fc.nat(1 << 20), { minLength: 3, maxLength: 30 }), {
  minLength: 10,
  maxLength: 60,
  size: 'max',
});

/** A store with a checkpoint that is being read, and all that it answers. */
class Bench {
  constructor(
    readonly store: Store,
    public cursor: CheckpointCursor | null,
  ) {}

  /** As a dump of it describes it, by way of text. */
  copy(): Bench {
    const text = JSON.stringify([this.store.dump(), this.open?.dump() ?? null]);
    const [state, cursor] = JSON.parse(text) as [
      ReturnType<Store['dump']>,
      ReturnType<CheckpointCursor['dump']> | null,
    ];
    const store = Store.load(state);
    return new Bench(store, cursor === null ? null : store.resumeCheckpoint(cursor));
  }

  /** Whoever reads a cursor knows when it is at its end. */
  get open(): CheckpointCursor | null {
    return this.cursor?.isOpen === true ? this.cursor : null;
  }

  step(numbers: readonly number[]): unknown[] {
    const { store } = this;
    const choices = new Choices(numbers);
    const { revision, compactedRevision: compacted, appliedIndex } = store;
    const sessions = store.sessions().map(({ session }) => session);
    const around = { revision, compacted, appliedIndex, sessions, sequence: appliedIndex + 1 };
    const command =
      appliedIndex < 2 ? ({ kind: 'open-session' } as const) : someCommand(choices, around);
    const extra = numbers[numbers.length - 1] ?? 0;
    const heard: unknown[] = [store.apply(appliedIndex + 1, encodeCommand(command))];
    if (extra % 7 === 0) {
      this.cursor?.close();
      this.cursor = store.beginCheckpoint();
    }
    if (extra % 3 !== 0) heard.push(this.open?.next(1 + (extra % 4)));
    if (extra % 2 === 0) heard.push(store.work(extra % 5));
    heard.push(store.historySize, store.sessions());
    return heard;
  }
}

test('a store that is dumped in mid-checkpoint and mid-compaction, and loaded, goes on the same', () => {
  fc.assert(
    fc.property(scripts, fc.nat(), (script, at) => {
      const original = new Bench(new Store(), null);
      const cut = at % script.length;
      for (const numbers of script.slice(0, cut)) original.step(numbers);
      const copy = original.copy();
      expect(copy.store.dump()).toEqual(original.store.dump());
      for (const numbers of script.slice(cut)) {
        expect(copy.step(numbers)).toEqual(original.step(numbers));
      }
      expect(copy.store.dump()).toEqual(original.store.dump());
    }),
    { numRuns: 200 },
  );
});
