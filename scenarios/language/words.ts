/** A line of a scenario, cut into words. */
import { ScenarioProblem } from './problem.js';

export interface Word {
  /** Without its quotes. */
  readonly text: string;
  readonly quoted: boolean;
  /** From 1. */
  readonly column: number;
}

const SPACE = /[ \t]/;
/** What stands for itself, without spaces around it. */
const MARKS = ['<->', '->', ',', ':'];

/** `#` begins a comment that goes to the end of the line; a comma, a colon and arrows are words. */
export function wordsOf(file: string, line: number, text: string): readonly Word[] {
  const words: Word[] = [];
  let at = 0;
  while (at < text.length) {
    const rest = text.slice(at);
    if (SPACE.test(rest[0] ?? '')) {
      at += 1;
      continue;
    }
    if (rest.startsWith('#')) break;
    const mark = MARKS.find((one) => rest.startsWith(one));
    const word = mark ?? (rest.startsWith('"') ? null : plainWord(rest));
    if (word !== null) {
      words.push({ text: word, quoted: false, column: at + 1 });
      at += word.length;
      continue;
    }
    const quoted = quotedWord(rest);
    if (quoted === null)
      throw new ScenarioProblem(file, line, at + 1, 'a closing quotation mark', rest);
    words.push({ text: quoted.text, quoted: true, column: at + 1 });
    at += quoted.length;
  }
  return words;
}

function plainWord(rest: string): string {
  return /^(?:(?!->|<->)[^\s,:"#])+/.exec(rest)?.[0] ?? rest;
}

/** Inside, `\"` is a quotation mark and `\\` a backslash. Null: it does not end. */
function quotedWord(rest: string): { readonly text: string; readonly length: number } | null {
  const match = /^"((?:[^"\\]|\\["\\])*)"/.exec(rest);
  if (match?.[1] === undefined) return null;
  return { text: match[1].replace(/\\(["\\])/g, '$1'), length: match[0].length };
}
