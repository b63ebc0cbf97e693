/** A client's process whose callers draw what they ask for, and share one session. */
import type { Settlement } from '#client/session';
import { answerOf } from './actions.js';
import { ClientProcess } from './client-process.js';
import type { Call, History } from './oracle/history.js';
import type { Process, Surroundings, Timer } from './process.js';
import type { Workload } from './workload.js';

interface Caller {
  readonly number: number;
  call: Call | null;
  /** The newest revision that it was told of. */
  revision: number;
}

/** What looks on when a call is answered. */
export interface ClientWatch {
  newestRevision(): number;
  acknowledged(call: Call, requestId: string | null): void;
}

const REPEATS_MAX = 3;

export class SimulatedClient extends ClientProcess {
  /** New calls are made while this is set. */
  calling = true;
  private readonly callers: readonly Caller[];
  /** By call id of the session. */
  private readonly pending = new Map<number, Caller>();

  constructor(
    world: Surroundings,
    number: number,
    name: string,
    clockRate: number,
    endpoints: readonly Process[],
    private readonly workload: Workload,
    private readonly history: History,
    private readonly watch: ClientWatch,
    private readonly onlyReads = false,
  ) {
    super(world, number, name, clockRate, endpoints);
    const { callersPerClient, readersPerNode } = world.plan;
    this.callers = Array.from(
      { length: onlyReads ? readersPerNode : callersPerClient },
      (_, i) => ({
        number: number * 100 + i,
        call: null,
        revision: 0,
      }),
    );
  }

  get busy(): boolean {
    return this.callers.some(({ call }) => call !== null);
  }

  get isWriting(): boolean {
    return this.callers.some(({ call }) => call !== null && call.action.kind !== 'get');
  }

  protected override boot(): void {
    super.boot();
    for (const caller of this.callers) this.pause(caller);
  }

  protected override die(): void {
    super.die();
    this.pending.clear();
    for (const caller of this.callers) this.conclude(caller, 'unknown', 'the client crashed');
  }

  protected timerDue(timer: Timer): void {
    if (timer.kind === 'call') this.callNext(timer.caller);
  }

  private pause(caller: Caller): void {
    const { thinkMs, readerThinkMs } = this.world.plan;
    const wait = this.random.exponential(this.onlyReads ? readerThinkMs : thinkMs);
    const timer = { kind: 'call', caller: this.callers.indexOf(caller) } as const;
    this.world.schedule(this, wait, { type: 'timer', timer });
  }

  private callNext(index: number): void {
    const caller = this.callers[index];
    if (caller === undefined || caller.call !== null) return;
    const action = this.calling ? this.workload.next(caller.revision, this.onlyReads) : null;
    if (action === null) {
      this.pause(caller);
      return;
    }
    caller.call = this.history.invoke(caller.number, action, this.world.now);
    this.askFor(caller, caller.call, null);
  }

  private askFor(caller: Caller, { action }: Call, requestId: Settlement['requestId']): void {
    this.pending.set(this.nextId, caller);
    this.ask(action, requestId);
  }

  protected settle(callId: number, settlement: Settlement): void {
    const caller = this.pending.get(callId);
    const call = caller?.call;
    if (caller === undefined || call === null || call === undefined) {
      throw new Error(`${this.name}: call ${String(callId)} was settled twice or never made`);
    }
    this.pending.delete(callId);
    this.detail(
      () => `call ${String(callId)} ${settlement.outcome} ${JSON.stringify(settlement.requestId)}`,
    );
    this.world.count(`call ${settlement.outcome}`);
    if (settlement.outcome === 'ok') this.answered(caller, call, settlement);
    else this.failed(caller, call, settlement);
  }

  private answered(caller: Caller, call: Call, settlement: Settlement & { outcome: 'ok' }): void {
    const result = this.codec.decodeResult(settlement.payload);
    call.answer = answerOf(call.action, result, settlement.servedBy);
    call.newestRevision = this.watch.newestRevision();
    caller.revision = Math.max(caller.revision, call.answer.revision);
    const { requestId } = settlement;
    const name =
      requestId === null ? null : `${String(requestId.session)}:${String(requestId.sequence)}`;
    this.watch.acknowledged(call, name);
    this.conclude(caller, 'ok', '');
  }

  private failed(
    caller: Caller,
    call: Call,
    settlement: Exclude<Settlement, { outcome: 'ok' }>,
  ): void {
    const { outcome, code, requestId } = settlement;
    if (outcome === 'unknown' && requestId !== null && this.mayRepeat(call)) {
      call.repeats += 1;
      this.world.count('write repeated under its number');
      this.askFor(caller, call, requestId);
    } else if (outcome === 'unknown' || call.repeats > 0) {
      // What once was unknown is not made undone by a refusal of its repetition.
      this.conclude(caller, 'unknown', code);
    } else {
      this.conclude(caller, 'none', code);
    }
  }

  private mayRepeat(call: Call): boolean {
    return call.repeats < REPEATS_MAX && this.random.chance(0.6);
  }

  private conclude(caller: Caller, outcome: 'ok' | 'none' | 'unknown', code: string): void {
    const { call } = caller;
    if (call === null) return;
    caller.call = null;
    this.history.settle(call, outcome, code, this.world.now);
    this.workload.settled(call);
    if (this.state !== 'down') this.pause(caller);
  }
}
