/** What is fuzzed: each target makes inputs from a seed, and says what has to hold of whatever takes them. */
import type { Random } from '../../simulator/random.js';

/** An input as pieces of bytes; what each is, its target knows: messages, lines, files, arguments. */
export type Input = readonly Uint8Array[];

/** Taken as something that it may say, or refused in the documented way. */
export type Verdict = 'accepted' | 'refused';

export interface Target {
  readonly name: string;
  /** What takes the input, and what has to hold. */
  readonly about: string;
  /** Its share of all inputs, against the other targets'. */
  readonly weight: number;
  /** How its pieces are shown. */
  readonly shows: 'hex' | 'text';
  /** The same draws give the same input. */
  make(random: Random): Input;
  /** Throws whatever it should not. */
  take(input: Input): Verdict | Promise<Verdict>;
}

/** A property does not hold. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

export function holds(condition: boolean, what: () => string): asserts condition {
  if (!condition) throw new Violation(what());
}

type ErrorClass = abstract new (...given: never[]) => Error;

/**
 * The result, or null if it was refused by an error of one of these classes, whose words are fit to be
 * shown. Any other error goes on.
 */
export function unlessRefused<Result>(work: () => Result, ...classes: ErrorClass[]): Result | null {
  try {
    return work();
  } catch (error) {
    if (!classes.some((each) => error instanceof each)) throw error;
    checkWords((error as Error).message);
    return null;
  }
}

/** Stands in the values of many inputs, and must never stand in what people are told. */
export const SECRET = 'hush-4711';

/** C0 but for the line feed, DEL, C1: what a terminal would obey. */
const CONTROL = /[\0-\t\v-\x1f\x7f-\x9f]/;

/** Words for people: no control characters, no values, and of a length that a log bears. */
export function checkWords(words: string): void {
  checkText(words, 2_000);
  holds(!words.includes(SECRET), () => `a message holds a value: ${JSON.stringify(words)}`);
}

/** The same, of what holds no values. */
export function checkText(words: string, lengthMax: number): void {
  const found = CONTROL.exec(words);
  holds(found === null, () => `a message holds a control character: ${JSON.stringify(words)}`);
  holds(words.length <= lengthMax, () => `a message has ${words.length} characters`);
}

/** Equal as JSON tells: for plain data without bytes. */
export function checkSame(one: unknown, other: unknown, what: string): void {
  const [first, second] = [plain(one), plain(other)];
  holds(first === second, () => `${what}:\n  ${first.slice(0, 500)}\n  ${second.slice(0, 500)}`);
}

export function plain(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) => {
    if (each instanceof Uint8Array) return `bytes:${Buffer.from(each).toString('hex')}`;
    if (typeof each === 'number' && !Number.isFinite(each)) return `number:${String(each)}`;
    return each;
  });
}

/** Every number in plain data is an integer from 0 to 2^53 - 1. */
export function checkCounts(value: unknown, what: string): void {
  if (typeof value === 'number') {
    holds(Number.isSafeInteger(value) && value >= 0, () => `${what} holds the number ${value}`);
  } else if (typeof value === 'object' && value !== null && !(value instanceof Uint8Array)) {
    for (const each of Object.values(value)) checkCounts(each, what);
  }
}

export const textOf = (bytes: Uint8Array | undefined): string =>
  Buffer.from(bytes ?? new Uint8Array(0)).toString('utf8');
export const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'utf8'));
