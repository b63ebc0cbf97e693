import fc from 'fast-check';
import { CommandMalformed, decodeCommand } from './command-decoding.js';
import { encodeCommand } from './command-encoding.js';
import { Store } from './store.js';
import { Choices, someCommand } from './testing/commands.js';
import { put, range, remove, txn } from './testing/driver.js';
import type { Command, Operation } from './types.js';

function write(operation: Operation, session = 0, sequence = 0, lowestAwaited = 0): Command {
  return { kind: 'write', session, sequence, lowestAwaited, operation };
}

/** What every kind of command looks like in the log. */
const GOLDEN: readonly (readonly [Command, string])[] = [
  [write(put('a', '1'), 7, 12, 9), '"put":{"key":"a","value":"1"},"session":7,"seq":12,"low":9'],
  [
    write(put('caf\xc3\xa9', '\xff\x00', { lease: 3, returnPrevious: true })),
    '"put":{"key":"café","value64":"/wA=","lease":3,"previous":true}',
  ],
  [write(put('q"\\\n', '')), '"put":{"key":"q\\"\\\\\\n","value":""}'],
  [write(remove('a')), '"delete":{"key":"a"}'],
  [write(remove('a', '\0', true)), '"delete":{"key":"a","end":"\\u0000","previous":true}'],
  [
    write(range('a', 'b', { limit: 2, revision: 5, keysOnly: true, countOnly: true })),
    '"range":{"key":"a","end":"b","limit":2,"revision":5,"keys-only":true,"count-only":true}',
  ],
  [
    write(
      txn(
        [
          { key: 'a', end: null, target: 'version', result: 'equal', number: 0 },
          { key: 'b', end: '\xff', target: 'value', result: 'not-equal', value: 'x' },
        ],
        [put('a', '1'), txn([], [range('c')])],
        [remove('b')],
      ),
    ),
    '"txn":{"if":[{"key":"a","target":"version","result":"equal","number":0},' +
      '{"key":"b","end64":"/w==","target":"value","result":"not-equal","value":"x"}],' +
      '"then":[{"put":{"key":"a","value":"1"}},{"txn":{"then":[{"range":{"key":"c"}}]}}],' +
      '"else":[{"delete":{"key":"b"}}]}',
  ],
  [{ kind: 'open-session' }, '"open-session":{}'],
  [{ kind: 'close-session', session: 7 }, '"close-session":{"session":7}'],
  [
    { kind: 'expire-session', session: 7, lastActivity: 42 },
    '"expire-session":{"session":7,"last":42}',
  ],
  [{ kind: 'compact', revision: 100 }, '"compact":{"revision":100}'],
  [
    { kind: 'member', node: 6787, storeId: 'f00', name: 'ada' },
    '"member":{"node":6787,"store":"f00","name":"ada"}',
  ],
  [{ kind: 'raise-format', level: 2 }, '"format":{"level":2}'],
];

describe('the text of commands', () => {
  test.each(GOLDEN)('%j', (command, text) => {
    expect(encodeCommand(command)).toBe(text);
    expect(decodeCommand(text)).toEqual(command);
  });

  test('R54 every byte-string survives as key and as value', () => {
    const bytes = fc.uint8Array({ maxLength: 30 }).map((each) => String.fromCharCode(...each));
    fc.assert(
      fc.property(bytes, bytes, (key, value) => {
        const command = write(put(key, value));
        const text = encodeCommand(command);
        expect(decodeCommand(text)).toEqual(command);
        expect(text).not.toContain('\n');
        expect(encodeCommand(decodeCommand(text))).toBe(text);
      }),
    );
  });

  test.each([
    ['', 'of no kind'],
    ['"put":{"key":"a"}', '"value"'],
    ['"put":{"key":1,"value":"b"}', '"key"'],
    ['"put":{"key":"\\ud800","value":"b"}', 'half a character'],
    ['"put":{"key64":"Zh==","value":"b"}', '"key64"'],
    ['"put":{"key":"a","value":"1"},"session":7', '"seq"'],
    ['"put":{"key":"a","value":"1"},"session":7,"seq":0,"low":0', 'begin at 1'],
    ['"put":{"key":"a","value":"1"},"session":-1', '"session"'],
    ['"put":{"key":"a","value":"1"},"session":9007199254740992,"seq":1,"low":1', '"session"'],
    ['"put":[],"session":7', '"put"'],
    ['"put":{"key":"a","value":"1"}},{"x":{}', 'not JSON'],
    ['"compact":{"revision":1.5}', '"revision"'],
    ['"txn":{"then":[{"open-session":{}}]}', '"then"'],
    ['"txn":{"if":[{"key":"a","target":"size","result":"equal","number":1}]}', '"target"'],
    ['"txn":{"if":[{"key":"a","target":"mod","result":"like","number":1}]}', '"result"'],
    ['"member":{"node":0,"store":"s","name":"n"}', '"node"'],
    ['"__proto__":{"put":{"key":"a","value":"1"}}', 'of no kind'],
  ])('refuses %s', (text, why) => {
    expect(() => decodeCommand(text)).toThrow(CommandMalformed);
    expect(() => decodeCommand(text)).toThrow(why);
  });

  test('transactions nested without end are refused, not followed', () => {
    const deep = 20_000;
    const text = '"txn":{"then":[{'.repeat(deep) + '"range":{"key":"a"}' + '}]}'.repeat(deep);
    expect(() => decodeCommand(text)).toThrow('deep');
  });
});

describe('applying is total', () => {
  /** Texts that nearly are commands: characters exchanged, cut out, doubled. */
  const mutated = fc
    .tuple(
      fc.array(fc.nat(1 << 20), { minLength: 5, maxLength: 40 }),
      fc.array(
        fc.tuple(fc.nat(400), fc.nat(3), fc.constantFrom(...Array.from('{}[]",:0-1e.\\nu\u00e9'))),
        {
          minLength: 1,
          maxLength: 3,
        },
      ),
    )
    .map(([numbers, mutations]) => {
      const around = { revision: 5, compacted: 1, appliedIndex: 9, sessions: [1], sequence: 4 };
      const text = encodeCommand(someCommand(new Choices(numbers), around));
      return mutations.reduce((each, [at, cut, more]) => {
        const place = at % (each.length + 1);
        return each.slice(0, place) + more + each.slice(place + cut);
      }, text);
    });
  const anyText = fc.oneof(
    mutated,
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.json().map((json) => json.slice(1, -1)),
  );

  test('no text makes it throw; each counts as applied; the state answers on', () => {
    let refused = 0;
    let done = 0;
    fc.assert(
      fc.property(fc.array(anyText, { maxLength: 20, size: 'max' }), (texts) => {
        const store = new Store();
        store.apply(1, '"open-session":{}');
        texts.forEach((text, at) => {
          if (store.apply(at + 2, text).kind === 'refused') refused++;
          else done++;
        });
        expect(store.appliedIndex).toBe(texts.length + 1);
        const result = store.apply(texts.length + 2, '"put":{"key":"a","value":"1"}');
        expect(result).toMatchObject({ kind: 'put', revision: store.revision });
        expect(Store.load(store.dump()).hash()).toBe(store.hash());
      }),
      { numRuns: 1000 },
    );
    expect(refused).toBeGreaterThan(1000);
    expect(done).toBeGreaterThan(100);
  });

  test('an entry out of order is our own mistake, and stops us', () => {
    const store = new Store();
    store.skip(1);
    expect(() => store.apply(3, '"open-session":{}')).toThrow('entry 3');
    expect(() => store.skip(1)).toThrow('entry 1');
  });
});
