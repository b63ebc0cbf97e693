/** What came of a run: a table of the targets, and one line. */
import type { Target } from '../target.js';
import type { Done } from './worker.js';

interface Row {
  accepted: number;
  refused: number;
  failed: number;
  tookMs: number;
  slowestMs: number;
  slowestSeed: number;
}

export class Figures {
  readonly #rows = new Map<number, Row>();

  add({ target, accepted, refused, failures, tookMs, slowestMs, slowestSeed }: Done): void {
    const row = this.#rowOf(target);
    row.accepted += accepted;
    row.refused += refused;
    row.failed += failures.length;
    row.tookMs += tookMs;
    if (slowestMs > row.slowestMs) Object.assign(row, { slowestMs, slowestSeed });
  }

  /** Of an input that did not come to its end. */
  addLost(target: number): void {
    this.#rowOf(target).failed += 1;
  }

  get inputs(): number {
    return this.#sum(({ accepted, refused, failed }) => accepted + refused + failed);
  }

  get failures(): number {
    return this.#sum(({ failed }) => failed);
  }

  /** Targets that only accept, or only refuse: their inputs are too tame, or too wild. */
  oneSided(targets: readonly Target[], inputsMin: number): string[] {
    return [...this.#rows]
      .filter(([, { accepted, refused }]) => accepted + refused >= inputsMin)
      .filter(([, { accepted, refused }]) => accepted === 0 || refused === 0)
      .map(([place]) => targets[place]?.name ?? '');
  }

  table(targets: readonly Target[]): string {
    const lines = targets.flatMap(({ name }, place) => {
      const row = this.#rows.get(place);
      return row === undefined ? [] : [lineOf(name, row)];
    });
    const head = `${'target'.padEnd(22)}${'inputs'.padStart(12)}  accepted  refused  failed  µs each  slowest`;
    return [head, ...lines].join('\n');
  }

  line(seconds: number, peakBytes: number): string {
    const { inputs, failures } = this;
    const accepted = this.#sum((row) => row.accepted);
    const mib = Math.round(peakBytes / 1024 / 1024);
    return (
      `fuzz: ${this.#rows.size} targets, ${inputs} inputs, ${percent(accepted, inputs)} accepted, ` +
      `${percent(
        this.#sum((row) => row.refused),
        inputs,
      )} refused, ${failures} violations; ` +
      `${Math.round(inputs / seconds)} inputs/s, peak ${mib} MiB in a worker; ${seconds.toFixed(0)} s`
    );
  }

  #rowOf(target: number): Row {
    let row = this.#rows.get(target);
    if (row === undefined) {
      row = { accepted: 0, refused: 0, failed: 0, tookMs: 0, slowestMs: 0, slowestSeed: 0 };
      this.#rows.set(target, row);
    }
    return row;
  }

  #sum(of: (row: Row) => number): number {
    return [...this.#rows.values()].reduce((sum, row) => sum + of(row), 0);
  }
}

function lineOf(name: string, row: Row): string {
  const { accepted, refused, failed, tookMs, slowestMs, slowestSeed } = row;
  const inputs = accepted + refused + failed;
  return (
    name.padEnd(22) +
    String(inputs).padStart(12) +
    percent(accepted, inputs).padStart(10) +
    percent(refused, inputs).padStart(9) +
    String(failed).padStart(8) +
    ((1000 * tookMs) / Math.max(1, inputs)).toFixed(0).padStart(9) +
    `  ${slowestMs.toFixed(0)} ms (seed ${slowestSeed})`
  );
}

const percent = (part: number, whole: number): string =>
  `${((100 * part) / Math.max(1, whole)).toFixed(1)}%`;
