/**
 * What the log on disk knows and the callers couldn't: which of the writes with unknown outcome were
 * committed, and whether one that was said not to be done is there all the same.
 */
import { decodeCommand } from '#kv';
import type { Entry } from '#raft';
import type { Call } from '../../../simulator/oracle/history.js';
import type { Merged } from './merged-history.js';

export interface Settlement {
  /** Unknown to the caller, and in the log. */
  readonly committed: number;
  /** Unknown to the caller, and nowhere: it never happens. */
  readonly gone: number;
  /** What can't be; null if nothing is wrong. */
  readonly objection: string | null;
}

/** Calls that are nowhere become `none`: they are judged as what never happened. */
export function settle({ history, requestIds }: Merged, entries: readonly Entry[]): Settlement {
  const logged = new LoggedWrites(entries);
  let committed = 0;
  let gone = 0;
  let objection: string | null = null;
  for (const call of history.calls) {
    const { action, outcome } = call;
    if (action.kind === 'get' || outcome === 'pending') continue;
    if (outcome === 'ok') objection ??= missingObjection(call, logged);
    else if (outcome === 'none') objection ??= unaskedObjection(call, logged);
    else if (logged.has(requestIds.get(call) ?? '', call)) committed += 1;
    else {
      gone += 1;
      call.outcome = 'none';
    }
  }
  return { committed, gone, objection };
}

function missingObjection(call: Call, logged: LoggedWrites): string | null {
  const { action } = call;
  if (action.kind !== 'put') return null;
  const times = logged.requestsWith(action.value);
  if (times === 1) return null;
  return `put ${action.subject}=${action.value} was acknowledged, and ${times} requests in the log have it`;
}

function unaskedObjection(call: Call, logged: LoggedWrites): string | null {
  const { action } = call;
  // A refusal is decided by the log's order: the request may stand there, and have changed nothing.
  if (action.kind !== 'put' || call.code === 'refused') return null;
  if (logged.requestsWith(action.value) === 0) return null;
  return `put ${action.subject}=${action.value} was said not to be done (${call.code}), and stands in the log`;
}

/** Values of puts are unique, so that a value names its request. */
class LoggedWrites {
  readonly #requests = new Set<string>();
  readonly #byValue = new Map<string, Set<string>>();

  constructor(entries: readonly Entry[]) {
    for (const { index, body } of entries) {
      if (body.kind !== 'command') continue;
      const command = decodeCommand(body.text);
      if (command.kind !== 'write') continue;
      const { session, sequence, operation } = command;
      const request = session === 0 ? `entry ${index}` : `${session}:${sequence}`;
      this.#requests.add(request);
      const [put] = operation.kind === 'txn' ? operation.success : [operation];
      if (put?.kind === 'put') this.#note(put.value, request);
    }
  }

  has(requestId: string, call: Call): boolean {
    if (requestId !== '') return this.#requests.has(requestId);
    // Without an id there is the value alone; a deletion without one may have happened.
    const { action } = call;
    return !('value' in action) || this.requestsWith(action.value) > 0;
  }

  requestsWith(value: string): number {
    return this.#byValue.get(value)?.size ?? 0;
  }

  #note(value: string, request: string): void {
    const requests = this.#byValue.get(value);
    if (requests === undefined) this.#byValue.set(value, new Set([request]));
    else requests.add(request);
  }
}
