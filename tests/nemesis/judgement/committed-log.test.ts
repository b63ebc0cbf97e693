import { logIndex, term, type Entry } from '#raft';
import { encodeEntries } from '#storage';
import { CommittedLog } from './committed-log.js';

const decoder = new TextDecoder();

function entry(index: number, of: number, value: string): Entry {
  const text = `"put":{"key":"k","value":"${value}"}`;
  return { index: logIndex(index), term: term(of), body: { kind: 'command', text } };
}

/** The lines, and each one's checksum. */
function encoded(before: string, entries: readonly Entry[]): { text: string; chains: string[] } {
  const text = decoder.decode(encodeEntries(before, entries).bytes);
  const chains = [...text.matchAll(/"crc":"(\w+)"/g)].map((match) => match[1] ?? '');
  return { text, chains };
}

const valuesOf = (entries: readonly Entry[]): string[] =>
  entries.map(({ body }) =>
    body.kind === 'command' ? (/"value":"(\w+)"/.exec(body.text)?.[1] ?? '') : '-',
  );

describe('the committed log', () => {
  const whole = encoded('00000000', [entry(1, 1, 'a'), entry(2, 1, 'b'), entry(3, 2, 'c')]);
  // What a deposed leader wrote behind entry 1, and what followed it there.
  const lost = encoded(whole.chains[0] ?? '', [entry(2, 1, 'x'), entry(3, 1, 'y')]);
  const last = whole.chains[2] ?? '';

  test('is found among lines that were never committed', () => {
    const log = new CommittedLog();
    log.addSegment(lost.text);
    log.addSegment(whole.text);
    expect(valuesOf(log.entries(3, last))).toEqual(['a', 'b', 'c']);
    expect(valuesOf(log.entries(3, lost.chains[1] ?? ''))).toEqual(['a', 'x', 'y']);
  });

  test('is put together from pieces, whatever else stands between the lines', () => {
    const [first = '', ...rest] = whole.text.split('\n');
    const log = new CommittedLog();
    log.addSegment(`{"log":{"format":1}}\n${rest.join('\n')}`);
    log.addSegment(`${first}\n{"note":{"synced":1,"committed":1},"crc":"00000000"}\n\0\0torn`);
    expect(valuesOf(log.entries(3, last))).toEqual(['a', 'b', 'c']);
  });

  test('with a hole names it', () => {
    const log = new CommittedLog();
    log.addSegment(whole.text.split('\n').slice(1).join('\n'));
    expect(() => log.entries(3, last)).toThrow('no entry 1 comes before');
    expect(() => log.entries(3, '12345678')).toThrow('entry 3 with checksum 12345678');
  });
});
