/**
 * What the callers do: reads, writes, deletes, swaps and counters on few keys at a time, so that they
 * collide, and on each key not for long, so that its history can be decided.
 */
import type { Action, Call } from './oracle/history.js';
import type { Random } from './random.js';

type SubjectKind = 'register' | 'counter' | 'pair';

interface Subject {
  readonly kind: SubjectKind;
  readonly name: string;
  calls: number;
  inFlight: number;
  /** Outcomes that stay unknown widen the checker's search to the end of the history. */
  unknown: number;
  /** The value seen or written last, by anybody: a guess for the next swap. */
  guess: string | null;
}

const CALLERS_PER_KEY_MAX = 5;
const CALLS_PER_KEY_MAX = 200;
const UNKNOWN_PER_KEY_MAX = 8;

export class Workload {
  readonly subjects: Subject[] = [];
  private readonly active: Subject[] = [];
  private values = 0;
  private onces = 0;
  private asked = 0;
  /** The numbers of the calls that were drawn; those that could not be made then are as many draws. */
  readonly drawn: number[] = [];
  private readonly kept: ReadonlySet<number> | null;

  /** `kept`: calls by number, as far as they are to be made; null: all. */
  constructor(
    private readonly random: Random,
    kept: readonly number[] | null = null,
  ) {
    this.kept = kept === null ? null : new Set(kept);
    const count = random.integer(2, 6);
    for (let i = 0; i < count; i += 1) this.active.push(this.newSubject());
  }

  /** The caller's next action; null: none for now. `revision`: the newest that it knows. */
  next(revision: number, onlyReads = false): Action | null {
    this.asked += 1;
    if (this.kept?.has(this.asked) === false) return null;
    this.drawn.push(this.asked);
    return this.draw(revision, onlyReads);
  }

  /** Null: the key has as many callers as its checker bears. */
  private draw(revision: number, onlyReads: boolean): Action | null {
    const { random } = this;
    if (!onlyReads && random.chance(0.08)) {
      this.onces += 1;
      return {
        kind: 'put',
        subject: `once-${String(this.onces)}`,
        pair: false,
        value: this.newValue(),
      };
    }
    const subject = random.pick(this.active);
    if (subject.inFlight >= CALLERS_PER_KEY_MAX) return null;
    subject.inFlight += 1;
    subject.calls += 1;
    const reads = onlyReads || random.chance(0.45);
    return reads ? this.read(subject, revision) : this.write(subject);
  }

  /** The call is over: what is known now, and whether its key has served its time. */
  settled(call: Call): void {
    const index = this.active.findIndex(({ name }) => name === call.action.subject);
    const subject =
      this.active[index] ?? this.subjects.find(({ name }) => name === call.action.subject);
    if (subject === undefined) return;
    subject.inFlight -= 1;
    if (call.outcome === 'unknown' && call.action.kind !== 'get') subject.unknown += 1;
    if (call.outcome === 'ok') this.learn(subject, call);
    const over = subject.calls >= CALLS_PER_KEY_MAX || subject.unknown >= UNKNOWN_PER_KEY_MAX;
    if (over && index >= 0) this.active[index] = this.newSubject();
  }

  private read(subject: Subject, revision: number): Action {
    const stale = this.random.chance(0.2);
    const minRevision = this.random.chance(0.3) ? revision : 0;
    return {
      kind: 'get',
      subject: subject.name,
      pair: subject.kind === 'pair',
      stale,
      minRevision,
    };
  }

  private write(subject: Subject): Action {
    const { name, guess } = subject;
    switch (subject.kind) {
      case 'counter':
        return {
          kind: 'cas',
          subject: name,
          expected: guess,
          value: String(Number(guess ?? '0') + 1),
        };
      case 'pair':
        return { kind: 'put', subject: name, pair: true, value: this.newValue() };
      case 'register': {
        const draw = this.random.next();
        if (draw < 0.15) return { kind: 'delete', subject: name };
        if (draw < 0.5)
          return { kind: 'cas', subject: name, expected: guess, value: this.newValue() };
        return { kind: 'put', subject: name, pair: false, value: this.newValue() };
      }
    }
  }

  private learn(subject: Subject, { action, answer }: Call): void {
    if (answer?.sight !== null && answer?.sight !== undefined) subject.guess = answer.sight.value;
    else if (action.kind === 'delete') subject.guess = null;
    else if (action.kind !== 'get') subject.guess = action.value;
  }

  private newSubject(): Subject {
    const kind = this.random.pick<SubjectKind>(['register', 'register', 'counter', 'pair']);
    const name = `${kind}-${String(this.subjects.length + 1)}`;
    const subject = { kind, name, calls: 0, inFlight: 0, unknown: 0, guess: null };
    this.subjects.push(subject);
    return subject;
  }

  private newValue(): string {
    this.values += 1;
    return `v${String(this.values)}`;
  }
}
