/**
 * A copy of the state that applies what is committed, in order, and forgets no version: whatever was
 * read at a revision, by whomever, has to be what stands there. So no read is ever from the future,
 * from a fork, or from a state that a checkpoint did not carry whole.
 */
import type { Applied, Command, RangeResult } from '#kv';
import { decodeCommand, Store } from '#kv';
import type { Entry } from '#raft';
import { rangeOf, sightOf } from '../actions.js';
import type { Call } from './history.js';
import { describe } from './history.js';

type Write = Extract<Command, { kind: 'write' }>;

export class Witness {
  private readonly store = new Store();
  private readonly written = new Set<string>();

  constructor(private readonly count: (what: string) => void = () => undefined) {}

  get revision(): number {
    return this.store.revision;
  }

  committed(entry: Entry): void {
    const { body, index } = entry;
    if (body.kind !== 'command') {
      this.store.skip(index);
      return;
    }
    const command = decodeCommand(body.text);
    // Compaction changes no answer at a revision that is still there.
    if (command.kind === 'compact') {
      this.count('history compacted');
      this.store.skip(index);
      return;
    }
    const sessions = command.kind === 'expire-session' ? this.store.sessions().length : 0;
    const applied = this.store.apply(index, body.text);
    if (command.kind === 'write') this.note(command, applied);
    else if (this.store.sessions().length < sessions) this.count('session expired');
  }

  /** What became of writes that stand in the log more than once. */
  private note({ session, sequence }: Write, applied: Applied): void {
    const name = `${String(session)}:${String(sequence)}`;
    if (applied.kind !== 'refused') {
      if (this.written.has(name)) this.count('resend answered from the table');
      this.written.add(name);
    } else if (applied.code === 'already-answered') {
      this.count('confirmed write not done again');
    } else if (applied.code === 'session-expired') {
      this.count('write refused: its session was expired');
    }
  }

  knowsMember(node: number): boolean {
    return this.store.memberOf(node) !== undefined;
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
