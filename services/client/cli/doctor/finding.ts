/** What the doctor found out, for people: each that is not well says what to do. */

export type Grade = 'ok' | 'warn' | 'bad';

export interface Finding {
  readonly grade: Grade;
  /** What was looked at. */
  readonly what: string;
  /** What was seen. */
  readonly seen: string;
  /** What to do; empty if it is well. */
  readonly remedy: string;
}

export const well = (what: string, seen: string): Finding => ({
  grade: 'ok',
  what,
  seen,
  remedy: '',
});

export const poor = (what: string, seen: string, remedy: string): Finding => ({
  ...{ grade: 'warn', what, seen, remedy },
});

export const bad = (what: string, seen: string, remedy: string): Finding => ({
  ...{ grade: 'bad', what, seen, remedy },
});
