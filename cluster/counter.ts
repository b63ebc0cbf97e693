/**
 * A number that callers raise by one, each by a transaction that compares the counter's last change.
 * Its value must end at the number of raises that were acknowledged.
 */
import type { CallOptions, Compare, Pair, RelevoClient } from '#client';

export class Counter {
  readonly key: string;
  acknowledged = 0;
  /** Raises that may or may not have happened. */
  unknown = 0;
  /** As it was seen last; it may have changed since, which the compare notices. */
  #seen = { modRevision: 0, value: 0 };

  constructor(key: string) {
    this.key = key;
  }

  /** True: raised. False: somebody else was faster; the next try knows the new value. */
  async raise(client: RelevoClient, options: CallOptions): Promise<boolean> {
    const { modRevision, value } = this.#seen;
    const unchanged: Compare = {
      key: this.key,
      target: 'mod',
      result: 'equal',
      number: modRevision,
    };
    const result = await client.txn(
      {
        compares: [unchanged],
        success: [{ kind: 'put', key: this.key, value: String(value + 1) }],
        failure: [{ kind: 'range', key: this.key }],
      },
      options,
    );
    if (result.succeeded) {
      this.acknowledged += 1;
      this.#saw(result.revision, value + 1);
      return true;
    }
    const [read] = result.results;
    const pair: Pair | undefined = read?.kind === 'range' ? read.pairs[0] : undefined;
    if (pair !== undefined) this.#saw(pair.modRevision, Number(pair.text));
    return false;
  }

  /** Answers come in any order: an older one tells nothing new. */
  #saw(modRevision: number, value: number): void {
    if (modRevision > this.#seen.modRevision) this.#seen = { modRevision, value };
  }
}
