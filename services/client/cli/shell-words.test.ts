import fc from 'fast-check';
import { quoted, splitWords } from './shell-words.js';

describe('the words of a line', () => {
  test.each([
    ['set 1 1', ['set', '1', '1']],
    ['  set\t1   ', ['set', '1']],
    [`set k 'a b' "c d"`, ['set', 'k', 'a b', 'c d']],
    [`set k ''`, ['set', 'k', '']],
    [String.raw`set a\ b "\"x\"" '\n'`, ['set', 'a b', '"x"', String.raw`\n`]],
    ['set ä ✓', ['set', 'ä', '✓']],
    ['', []],
  ])('%s', (line, words) => {
    expect(splitWords(line)).toEqual(words);
  });

  test('a quote that is not closed is wrong usage', () => {
    expect(() => splitWords(`set k 'a`)).toThrow("a ' is not closed");
  });

  test('what is quoted is read as the same word', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' })), (words) => {
        expect(splitWords(words.map(quoted).join(' '))).toEqual(words);
      }),
    );
  });
});
