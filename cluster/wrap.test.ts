import { wrapped } from './wrap.js';

describe('a line for a terminal', () => {
  test('that fits stays as it is', () => {
    expect(wrapped('ada killed · bob elected', 80)).toEqual(['ada killed · bob elected']);
  });

  test('is broken between its parts first', () => {
    expect(wrapped('ada killed · leader gone 5 ms · bob elected 47 ms, term 2', 34)).toEqual([
      'ada killed · leader gone 5 ms',
      '  bob elected 47 ms, term 2',
    ]);
  });

  test('is broken between words where a part alone is too long, and loses none', () => {
    const text =
      'no majority is left: writes wait for it; go on with: start bob · a long/path/of/a/file';
    const lines = wrapped(text, 24);
    expect(lines.slice(0, -1).every((line) => line.length < 24)).toBe(true);
    expect(lines.join(' ').replace(/\s+/g, ' ').replace(/ · /g, ' ')).toBe(
      text.replace(' · ', ' '),
    );
  });
});
