import fc from 'fast-check';
import { decodeCommand } from './command-decoding.js';
import { encodeCommand } from './command-encoding.js';
import { Store } from './store.js';
import { Choices, someCommand, someOperation, type Surroundings } from './testing/commands.js';
import { DumbStore, type Outcome } from './testing/dumb-store.js';
import type { Applied, Command, Operation } from './types.js';
import { isReadOnly } from './validation.js';

/** Refusals are compared by code: their words are for people. */
function plain(applied: Applied): Outcome {
  if ('readGone' in applied) return { kind: 'gone', revision: applied.revision };
  return applied.kind === 'refused' ? { kind: 'refused', code: applied.code } : applied;
}

const everything: Operation = {
  kind: 'range',
  key: '\0',
  end: '\0',
  limit: 0,
  revision: 0,
  keysOnly: false,
  countOnly: false,
};

/** One list of numbers for each command. */
const scripts = fc.array(fc.array(fc.nat(1 << 20), { minLength: 3, maxLength: 40 }), {
  maxLength: 50,
  size: 'max',
});

/** What comes next: something new, or what was sent before. */
function nextCommand(choices: Choices, dumb: DumbStore, sent: readonly Command[]): Command {
  if (dumb.index === 0) return { kind: 'open-session' };
  if (sent.length > 0 && choices.below(3) === 2) {
    return (
      sent[sent.length - 1 - choices.below(Math.min(6, sent.length))] ?? { kind: 'open-session' }
    );
  }
  return someCommand(choices, aroundOf(dumb));
}

function aroundOf(dumb: DumbStore): Surroundings {
  const { revision, compacted, index } = dumb;
  const sessions = [...dumb.sessions.keys()];
  return { revision, compacted, appliedIndex: index, sessions, sequence: index + 1 };
}

describe('the store, compared with a dumb one', () => {
  test('does the same on any commands, and remembers the same past', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(scripts, (script) => {
        const store = new Store();
        const dumb = new DumbStore();
        const sent: Command[] = [];
        for (const numbers of script) {
          const choices = new Choices(numbers);
          const command = nextCommand(choices, dumb, sent);
          sent.push(command);
          const expected = dumb.apply(command);
          const applied = store.apply(dumb.index, encodeCommand(command));
          expect(plain(applied)).toEqual(expected);
          seen.add(expected.kind === 'refused' ? expected.code : expected.kind);
          if (choices.flag()) store.work(choices.below(3));
          expect(store.revision).toBe(dumb.revision);
          expect(store.compactedRevision).toBe(dumb.compacted);
          expect(store.formatLevel).toBe(dumb.formatLevel);
          const query = someOperation(choices, aroundOf(dumb), 2);
          if (isReadOnly(query)) expect(plain(store.read(query))).toEqual(dumb.read(query));
        }
        for (let revision = dumb.compacted; revision <= dumb.revision; revision++) {
          const query = { ...everything, revision };
          expect(plain(store.read(query))).toEqual(dumb.read(query));
        }
        expect(store.sessions()).toEqual(
          [...dumb.sessions].map(([session, { lastActivity }]) => ({ session, lastActivity })),
        );
      }),
      { numRuns: 800 },
    );
    // The commands came into every corner, or the comparison says little.
    expect([...seen].sort()).toEqual(
      [
        ...['already-answered', 'delete', 'done', 'duplicate-key', 'invalid', 'lease-not-found'],
        ...['gone', 'put', 'range', 'revision-compacted', 'revision-in-future'],
        ...['session-expired', 'session-opened', 'txn'],
      ].sort(),
    );
  });

  test('the text of a command is canonical, free of line feeds, and says all of it', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1 << 20), { maxLength: 60 }), (numbers) => {
        const sessions = [3, 8];
        const around = { revision: 9, compacted: 4, appliedIndex: 30, sessions, sequence: 31 };
        const command = someCommand(new Choices(numbers), around);
        const text = encodeCommand(command);
        const decoded = decodeCommand(text);
        expect(decoded).toEqual(command);
        expect(encodeCommand(decoded)).toBe(text);
        expect(text).not.toContain('\n');
      }),
      { numRuns: 2000 },
    );
  });
});
