/**
 * A copy of the state that applies what is committed, in order, and forgets no version: whatever was
 * read at a revision, by whomever, has to be what stands there. So no read is ever from the future,
 * from a fork, or from a state that a checkpoint did not carry whole.
 */
import type { RangeResult } from '#kv';
import { decodeCommand, Store } from '#kv';
import type { Entry } from '#raft';
import { rangeOf, sightOf } from '../actions.js';
import type { Call } from './history.js';
import { describe } from './history.js';

export class Witness {
  private readonly store = new Store();

  get revision(): number {
    return this.store.revision;
  }

  committed(entry: Entry): void {
    const { body, index } = entry;
    // Compaction changes no answer at a revision that is still there.
    if (body.kind === 'command' && decodeCommand(body.text).kind !== 'compact') {
      this.store.apply(index, body.text);
    } else {
      this.store.skip(index);
    }
  }

  /** What is wrong with what the call saw; null if nothing is. */
  objection(call: Call): string | null {
    const { action, answer } = call;
    const sight = answer?.sight;
    if (answer === null || sight === null || sight === undefined) return null;
    if (answer.revision > this.store.revision) {
      return `answered from revision ${String(answer.revision)}, committed is ${String(this.store.revision)}: ${describe(call)}`;
    }
    const pair = action.kind === 'get' && action.pair;
    const result = this.store.read(rangeOf(action.subject, pair, answer.revision)) as RangeResult;
    const truth = sightOf(result, pair);
    if (
      truth.value === sight.value &&
      truth.version === sight.version &&
      truth.modRevision === sight.modRevision
    ) {
      return null;
    }
    return (
      `at revision ${String(answer.revision)} stands ${truth.value ?? '(none)'} ` +
      `v${String(truth.version)} @${String(truth.modRevision)}: ${describe(call)}`
    );
  }
}
