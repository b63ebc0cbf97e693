/** What a storage's user was told, and may therefore rely on after any cut. */
import type { Entry, Vote } from '#raft';
import { entryText, type Outcome } from './recoveries.js';

export class Promises {
  /** Changes with each promise and each thing written. */
  version = 0;
  #isInitialised = false;
  /** The log as the user sees it; index 1 is at 0. Null: behind an installed checkpoint. */
  #log: (string | null)[] = [];
  #durable = 0;
  #committed = 0;
  #votes: string[] = [];
  /** The place of the newest durable vote in `votes`. */
  #vote = 0;
  #asked = { submitted: false, durable: false };
  #checkpoint = 0;
  /** States that may stand in data/, by index. */
  readonly #states = new Map<number, string>();
  /** A received checkpoint that may stand before its event came. */
  #incoming = 0;
  /** What was ever appended at an index, and may still stand there. */
  readonly #written = new Map<number, Set<string>>();
  readonly #judged = new Map<Outcome, number>();

  get last(): number {
    return this.#log.length;
  }

  get durable(): number {
    return this.#durable;
  }

  /** All that a directory holds that was just made. */
  initialised(vote: Vote): void {
    this.#votes = [JSON.stringify(vote)];
    this.#isInitialised = true;
    this.version++;
  }

  appended(entries: readonly Entry[]): void {
    for (const entry of entries) {
      const text = entryText(entry);
      const texts = this.#written.get(entry.index) ?? new Set();
      this.#written.set(entry.index, texts.add(text));
      this.#log.push(text);
    }
    this.version++;
  }

  truncated(from: number): void {
    this.#log.length = Math.min(this.#log.length, from - 1);
    this.#durable = Math.min(this.#durable, from - 1);
    this.version++;
  }

  logDurable(index: number): void {
    this.#durable = index;
    this.version++;
  }

  committed(index: number): void {
    this.#committed = Math.max(this.#committed, index);
    this.version++;
  }

  voteSaved(vote: Vote): void {
    this.#votes.push(JSON.stringify(vote));
    this.version++;
  }

  voteDurable(vote: Vote): void {
    this.#vote = Math.max(this.#vote, this.#votes.lastIndexOf(JSON.stringify(vote)));
    this.version++;
  }

  asked(step: 'submitted' | 'durable'): void {
    this.#asked[step] = true;
    this.version++;
  }

  checkpointBegun(index: number, state: string): void {
    this.#states.set(index, state);
    this.version++;
  }

  checkpointSaved(index: number): void {
    this.#checkpoint = index;
    this.version++;
  }

  /** All bytes of a received checkpoint are handed in. */
  checkpointReceived(index: number, state: string): void {
    this.#states.set(index, state);
    this.#incoming = index;
    this.version++;
  }

  checkpointInstalled(index: number): void {
    this.#checkpoint = index;
    this.#incoming = 0;
    this.#log = Array<null>(index).fill(null);
    this.#durable = index;
    this.#committed = Math.max(this.#committed, index);
    // What the log held behind it must never come back.
    for (const at of this.#written.keys()) if (at > index) this.#written.delete(at);
    this.version++;
  }

  checkpointRejected(): void {
    this.#incoming = 0;
    this.version++;
  }

  /** The node went on with this: it is what holds now. */
  resumed(outcome: Outcome): void {
    this.#log.length = Math.min(this.#log.length, outcome.base);
    while (this.#log.length < outcome.base) this.#log.push(null);
    for (const text of outcome.entries) this.#log.push(text);
    this.#durable = this.#log.length;
    this.#committed = outcome.committed;
    this.#votes = [outcome.vote];
    this.#vote = 0;
    this.#asked = { submitted: outcome.askedToLead, durable: outcome.askedToLead };
    this.#checkpoint = outcome.checkpoint;
    this.#incoming = 0;
    this.version++;
  }

  /** What was promised and is not so; null if all holds. */
  broken(outcome: Outcome): string | null {
    if (this.#judged.get(outcome) === this.version) return null;
    const fault = this.#faultOf(outcome);
    if (fault === null) this.#judged.set(outcome, this.version);
    return fault;
  }

  #faultOf(outcome: Outcome): string | null {
    if (outcome.kind === 'refused') return `the start is refused: ${outcome.message}`;
    if (outcome.kind === 'blank') return this.#isInitialised ? 'the directory is blank' : null;
    return (
      this.#faultOfVote(outcome) ??
      this.#faultOfCheckpoint(outcome) ??
      this.#faultOfEntries(outcome) ??
      (outcome.committed > Math.max(this.#committed, outcome.checkpoint)
        ? `entries up to ${outcome.committed} count as committed, and only ${this.#committed} were`
        : null)
    );
  }

  #faultOfVote({ vote, askedToLead }: Outcome): string | null {
    const isBefore = !this.#isInitialised && this.#votes.length === 0;
    const place = this.#votes.lastIndexOf(vote);
    if (place < this.#vote && !isBefore) {
      return `the vote is ${vote}, and ${this.#votes[this.#vote] ?? 'none'} was durable`;
    }
    if (askedToLead && !this.#asked.submitted) return 'the node asked to lead, and never did so';
    if (!askedToLead && this.#asked.durable) return 'that the node asked to lead is forgotten';
    return null;
  }

  #faultOfCheckpoint({ checkpoint, state, base }: Outcome): string | null {
    if (checkpoint < this.#checkpoint) {
      return `the checkpoint is of ${checkpoint}, and one of ${this.#checkpoint} was durable`;
    }
    if (base > checkpoint) return `the log begins behind ${base}, the checkpoint is ${checkpoint}`;
    if (checkpoint > 0 && this.#states.get(checkpoint) !== state) {
      return `the state of ${checkpoint} is not what was written`;
    }
    return null;
  }

  #faultOfEntries({ base, entries, checkpoint }: Outcome): string | null {
    for (const [at, text] of entries.entries()) {
      const index = base + 1 + at;
      if (this.#written.get(index)?.has(text) !== true) return `entry ${index} was never written`;
      if (index > this.#durable) continue;
      const expected = this.#log[index - 1];
      if (expected !== null && expected !== text) return `entry ${index} is not the durable one`;
    }
    const last = base + entries.length;
    const isReplaced = checkpoint === this.#incoming && base === checkpoint && entries.length === 0;
    if (last >= this.#durable || isReplaced) return null;
    return `the log ends at ${last}, and entries up to ${this.#durable} were durable`;
  }
}
