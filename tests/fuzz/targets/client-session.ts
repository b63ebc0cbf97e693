/** The client's session, to which the other side says anything. */
import { encodeRequests } from '../../../rpc/session/codec.js';
import { RequestKind, type Reply, type Request, type Welcome } from '#rpc/session/frames';
import type { Random } from '../../../simulator/random.js';
import { ClientSession } from '../../../services/client/session.js';
import { SESSION_DEFAULTS, type SessionEvent } from '../../../services/client/session-types.js';
import { dataOfPiece, mutateData, pieceOfData } from '../mutations/data.js';
import { someReply, someWelcome } from '../sources/frames.js';
import { holds, type Target } from '../target.js';
import { bytesOfAll } from './session-codec.js';

const CONFIG = { ...SESSION_DEFAULTS, timeoutMs: 800, windowMax: 5, callsMax: 20 };

type Said =
  | { readonly say: 'welcome'; readonly welcome: Welcome }
  | { readonly say: 'lost'; readonly rejected: boolean }
  /** Their ids count from the newest request, backwards. */
  | { readonly say: 'replies'; readonly replies: readonly Reply[] }
  | { readonly say: 'call'; readonly kind: number; readonly timeoutMs: number }
  | { readonly say: 'pass'; readonly ms: number }
  | { readonly say: 'cancel'; readonly call: number }
  | { readonly say: 'close' | 'abort' };

const decodable = (value: unknown): boolean =>
  typeof value !== 'number' || (Number.isSafeInteger(value) && value >= 0);

function some(random: Random): Said {
  const maybe = <T extends object>(frame: T): T => {
    if (!random.chance(0.4)) return frame;
    const changed = mutateData(random, frame);
    return Object.values(changed).every(decodable) ? changed : frame;
  };
  switch (random.below(14)) {
    case 0:
    case 1:
      return { say: 'welcome', welcome: maybe(someWelcome(random)) };
    case 2:
      return { say: 'lost', rejected: random.chance(0.2) };
    case 3:
    case 4:
    case 5:
    case 6:
      return {
        say: 'replies',
        replies: Array.from({ length: random.integer(1, 4) }, () => maybe(someReply(random))),
      };
    case 7:
    case 8:
    case 9:
    case 10:
      return {
        say: 'call',
        kind: random.pick([
          RequestKind.write,
          RequestKind.write,
          RequestKind.read,
          RequestKind.staleRead,
        ]),
        timeoutMs: random.pick([0, 1, 300, 2 ** 40]),
      };
    case 11:
      return { say: 'pass', ms: random.pick([1, 60, 900, 10 ** 6]) };
    case 12:
      return { say: 'cancel', call: random.below(12) };
    default:
      return { say: random.chance(0.7) ? 'close' : 'abort' };
  }
}

class Caller {
  readonly session: ClientSession;
  now = 5_000;
  #state: 'apart' | 'dialling' | 'up' = 'apart';
  #calls = 0;
  #newest = 0;
  #closed = 0;
  readonly #settled = new Set<number>();

  constructor(endpoints: number) {
    this.session = new ClientSession(
      { ...CONFIG, endpoints },
      {
        dial: () => {
          holds(this.#state === 'apart', () => 'it dials while it is connected');
          this.#state = 'dialling';
        },
        hangUp: () => {
          this.#state = 'apart';
        },
        send: (requests) => {
          this.#sent(requests);
        },
        settle: (call) => {
          holds(!this.#settled.has(call), () => `call ${call} is settled twice`);
          this.#settled.add(call);
        },
        closed: () => {
          this.#closed += 1;
          holds(this.#closed === 1, () => 'it is closed twice');
        },
      },
    );
  }

  handle(event: SessionEvent): void {
    this.session.handle(event, this.now);
  }

  say(said: Said): void {
    switch (said.say) {
      case 'welcome':
        if (this.#state !== 'dialling') return;
        this.#state = 'up';
        this.handle({ type: 'connected', welcome: said.welcome });
        return;
      case 'lost':
        if (this.#state === 'apart') return;
        this.#state = 'apart';
        this.handle({ type: 'lost', reason: 'it broke', rejected: said.rejected });
        return;
      case 'replies': {
        if (this.#state !== 'up') return;
        const replies = said.replies.map((reply) => ({
          ...reply,
          id: this.#newest + 1 - reply.id,
        }));
        this.handle({ type: 'replies', replies: replies.filter(({ id }) => id >= 0) });
        return;
      }
      case 'call': {
        this.#calls += 1;
        const { kind, timeoutMs } = said;
        const common = { payload: new Uint8Array([1]), minRevision: 0, requestId: null };
        this.handle({ type: 'call', callId: this.#calls, kind, timeoutMs, ...common });
        return;
      }
      case 'pass':
        this.pass(said.ms);
        return;
      case 'cancel':
        this.handle({ type: 'cancel', callId: said.call });
        return;
      default:
        this.handle({ type: said.say });
    }
  }

  pass(ms: number): void {
    const end = this.now + ms;
    for (let ticks = 0; this.session.deadline() <= end; ticks += 1) {
      // Redials and keep-alives go on for ever: so many in any time, and time moves.
      holds(ticks < 20 + ms / 0.9, () => 'its deadline does not move on');
      if (ticks > 3_000) break;
      this.now = Math.max(this.now, this.session.deadline());
      this.handle({ type: 'tick' });
    }
    this.now = Math.max(this.now, end);
  }

  /** Given up at last, each call has come to an end. */
  checkSettled(): void {
    this.handle({ type: 'abort' });
    holds(
      this.#settled.size === this.#calls,
      () => `${this.#settled.size} of ${this.#calls} calls are settled`,
    );
    holds(this.#closed === 1, () => 'it does not close');
  }

  get calls(): number {
    return this.#calls;
  }

  #sent(requests: readonly Request[]): void {
    holds(this.#state === 'up', () => 'it sends without a connection');
    bytesOfAll(encodeRequests, requests);
    for (const { id } of requests) this.#newest = Math.max(this.#newest, id);
  }
}

export const clientSession: Target = {
  name: 'client-session',
  about:
    'a server that says anything: no throw, no spin, each call settled once, frames that can be sent',
  weight: 5,
  shows: 'text',
  make(random) {
    const said = Array.from({ length: random.integer(3, 25) }, () => some(random));
    return [
      { endpoints: random.integer(1, 2) },
      { say: 'call', kind: 1, timeoutMs: 0 },
      ...said,
    ].map(pieceOfData);
  },
  take([first, ...pieces]) {
    const settings = dataOfPiece(first);
    const one = typeof settings === 'object' && settings !== null && 'endpoints' in settings;
    const caller = new Caller(one && settings.endpoints === 2 ? 2 : 1);
    for (const piece of pieces) {
      const said = dataOfPiece(piece);
      if (typeof said === 'object' && said !== null && 'say' in said) caller.say(said as Said);
    }
    const { calls } = caller;
    caller.checkSettled();
    return calls > 2 ? 'accepted' : 'refused';
  },
};
