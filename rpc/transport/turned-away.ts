/** Refused connections for the log: a flood of them is one line a second. */

export interface TurnedAwayReport {
  readonly why: string;
  /** The last one's. */
  readonly address: string;
  /** Since the last report of any reason. */
  readonly count: number;
}

const EVERY_MS = 1_000;

export class TurnedAway {
  readonly #report: (report: TurnedAwayReport) => void;
  readonly #everyMs: number;
  #count = 0;
  #last: { readonly address: string; readonly why: string } | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(report: (report: TurnedAwayReport) => void, everyMs = EVERY_MS) {
    this.#report = report;
    this.#everyMs = everyMs;
  }

  /** The first is told at once, what follows within the second together. */
  add(address: string, why: string): void {
    this.#count += 1;
    this.#last = { address, why };
    if (this.#timer !== null) return;
    this.#tell();
  }

  readonly #tell = (): void => {
    this.#timer = null;
    if (this.#count === 0 || this.#last === null) return;
    this.#report({ ...this.#last, count: this.#count });
    this.#count = 0;
    this.#timer = setTimeout(this.#tell, this.#everyMs);
    this.#timer.unref();
  };
}

/** Who is turned away tries again, for hours perhaps: each reason is told once, until somebody got in. */
export class ToldOnce {
  readonly #refusals: TurnedAway;
  readonly #told = new Set<string>();

  constructor(refusals: TurnedAway) {
    this.#refusals = refusals;
  }

  add(address: string, why: string): void {
    if (this.#told.has(why)) return;
    // A stranger who makes up reasons gets no more of our memory than this.
    if (this.#told.size === REASONS_MAX) this.#told.clear();
    this.#told.add(why);
    this.#refusals.add(address, why);
  }

  forget(): void {
    this.#told.clear();
  }
}

const REASONS_MAX = 100;
