/** The session's whole state as plain data, and back. */
import type { Call } from './session-call.js';
import type { CallQueue } from './session-queue.js';
import type { SessionKeeperDump } from './session-keeper.js';
import type { Wire, WireDump } from './session-wire.js';

type Lane = 'again' | 'writes' | 'reads' | 'later';
const LANES: readonly Lane[] = ['again', 'writes', 'reads', 'later'];

export interface CallDump {
  readonly call: Call;
  /** A lane, or the id under which it is in flight. */
  readonly where: Lane | number;
}

export interface ClientSessionDump {
  readonly calls: readonly CallDump[];
  readonly wire: WireDump;
  readonly keeper: SessionKeeperDump;
  /** Null for "never", which JSON has no number for. */
  readonly earliest: number | null;
  readonly now: number;
  readonly lastOrder: number;
  readonly life: 'open' | 'closing' | 'ending' | 'closed';
  readonly closeBy: number | null;
}

export function dumpCalls(wire: Wire, queue: CallQueue): CallDump[] {
  const dumped: CallDump[] = [];
  for (const [id, call] of wire.inFlight) dumped.push({ call: copied(call), where: id });
  for (const lane of LANES) {
    for (const call of queue[lane]) {
      if (!call.settled) dumped.push({ call: copied(call), where: lane });
    }
  }
  return dumped;
}

/** Puts the calls back where they were, and gives them all. */
export function loadCalls(dumped: readonly CallDump[], wire: Wire, queue: CallQueue): Call[] {
  const calls: Call[] = [];
  for (const saved of dumped) {
    const call = copied(saved.call);
    calls.push(call);
    if (typeof saved.where === 'number') wire.inFlight.set(saved.where, call);
    else queue[saved.where].push(call);
  }
  return calls;
}

function copied(call: Call): Call {
  return { ...call, parts: call.parts === null ? null : [...call.parts] };
}
