/** The calls of all client processes as one history, ordered by the machine's monotonic clock. */
import { History, type Call } from '../../../simulator/oracle/index.js';
import type { RecordedCall } from '../load/record.js';

export interface Merged {
  readonly history: History;
  /** `session:sequence` of the calls whose outcome the caller didn't know. */
  readonly requestIds: ReadonlyMap<Call, string>;
}

/**
 * Where a call begins in the very moment in which another ends, they are taken to overlap: that allows
 * more orders, never fewer.
 */
export function mergeCalls(recorded: readonly RecordedCall[]): Merged {
  const history = new History();
  const requestIds = new Map<Call, string>();
  const moments: { readonly at: number; readonly call: number; readonly isReturn: boolean }[] = [];
  const ordered = [...recorded].sort((a, b) => a.invokedAt - b.invokedAt);
  ordered.forEach(({ invokedAt, returnedAt }, call) => {
    moments.push({ at: invokedAt, call, isReturn: false });
    moments.push({ at: returnedAt, call, isReturn: true });
  });
  moments.sort((a, b) => a.at - b.at || Number(a.isReturn) - Number(b.isReturn));
  const invoked = new Float64Array(ordered.length);
  const returned = new Float64Array(ordered.length);
  moments.forEach(({ call, isReturn }, moment) => {
    (isReturn ? returned : invoked)[call] = moment + 1;
  });
  ordered.forEach((one, id) => {
    const call: Call = {
      id,
      caller: one.caller,
      action: one.action,
      invoked: invoked[id] ?? 0,
      invokedAt: one.invokedAt,
      returned: one.outcome === 'unknown' ? Infinity : (returned[id] ?? 0),
      returnedAt: one.returnedAt,
      outcome: one.outcome,
      code: one.code,
      answer: one.answer,
      // What nodes had applied is not seen from outside; the committed log judges stale reads instead.
      newestRevision: Infinity,
      repeats: 0,
    };
    history.calls.push(call);
    if (one.requestId !== '') requestIds.set(call, one.requestId);
  });
  return { history, requestIds };
}
