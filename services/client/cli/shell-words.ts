/** Words of a line as a shell has them: blanks part them, quotes and backslashes keep blanks in. */
import { UsageError } from './exit-code.js';

/** `'...'` is literal; in `"..."` and outside, a backslash keeps the next character. */
export function splitWords(line: string): readonly string[] {
  const words: string[] = [];
  let word: string | null = null;
  let quote: '"' | "'" | null = null;
  for (let at = 0; at < line.length; at += 1) {
    const character = line.charAt(at);
    if (character === '\\' && quote !== "'" && at + 1 < line.length) {
      at += 1;
      word = (word ?? '') + line.charAt(at);
    } else if (quote !== null) {
      if (character === quote) quote = null;
      else word = (word ?? '') + character;
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= '';
    } else if (/\s/.test(character)) {
      if (word !== null) words.push(word);
      word = null;
    } else {
      word = (word ?? '') + character;
    }
  }
  if (quote !== null)
    throw new UsageError(
      `a ${quote} is not closed; close it, or write \\${quote} for the character itself`,
    );
  if (word !== null) words.push(word);
  return words;
}

/** One word that a shell, and `splitWords`, reads as `word`. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
