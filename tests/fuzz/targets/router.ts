/** The proxy's router between clients and nodes that say anything. */
import { encodeReplies, encodeRequests } from '../../../rpc/session/codec.js';
import type { NodeState, Reply, Request, Welcome } from '#rpc/session/frames';
import type { Random } from '../../../simulator/random.js';
import { Router } from '../../../services/proxy/router.js';
import { ROUTER_DEFAULTS, type RouterEvent } from '../../../services/proxy/router/types.js';
import { dataOfPiece, mutateData, pieceOfData } from '../mutations/data.js';
import { someReply, someRequest, someState, someWelcome } from '../sources/frames.js';
import { checkWords, holds, type Target } from '../target.js';
import { bytesOfAll } from './session-codec.js';

const CONFIG = {
  ...{ ...ROUTER_DEFAULTS, nodes: [1, 2, 3], queueRequestsMax: 20, queueBytesMax: 4_000 },
  ...{
    requestsPerConnection: 12,
    bytesPerConnection: 4_000,
    requestBytesMax: 900,
  },
};
const CLIENTS = [50, 51] as const;

type Said =
  | { readonly say: 'state'; readonly node: number; readonly state: NodeState }
  | { readonly say: 'welcome'; readonly node: number; readonly welcome: Welcome }
  | { readonly say: 'lost'; readonly node: number }
  | { readonly say: 'requests'; readonly client: number; readonly requests: readonly Request[] }
  /** Their ids count from the newest request that the node got, backwards. */
  | { readonly say: 'replies'; readonly node: number; readonly replies: readonly Reply[] }
  | { readonly say: 'pass'; readonly ms: number }
  | { readonly say: 'leave' | 'stop' };

/** What a codec hands on: counts that are whole, roles that may be anything. */
const decodable = (value: unknown): boolean =>
  typeof value !== 'number' || (Number.isSafeInteger(value) && value >= 0);

function some(random: Random): Said {
  const node = random.integer(1, 3);
  const client = random.pick(CLIENTS);
  const maybe = <T extends object>(frame: T): T => {
    if (!random.chance(0.4)) return frame;
    const changed = mutateData(random, frame);
    return Object.values(changed).every(decodable) ? changed : frame;
  };
  switch (random.below(13)) {
    case 0:
    case 1:
    case 2:
      return { say: 'state', node, state: maybe(someState(random, node)) };
    case 3:
      return { say: 'welcome', node, welcome: maybe(someWelcome(random)) };
    case 4:
      return { say: 'lost', node };
    case 5:
    case 6:
    case 7: {
      const requests = Array.from({ length: random.integer(1, 5) }, () =>
        maybe(someRequest(random)),
      );
      return { say: 'requests', client, requests };
    }
    case 8:
    case 9:
    case 10: {
      const replies = Array.from({ length: random.integer(1, 4) }, () => maybe(someReply(random)));
      return { say: 'replies', node, replies };
    }
    case 11:
      return { say: 'pass', ms: random.pick([1, 50, 400, 20_000, 10 ** 9]) };
    default:
      return { say: random.chance(0.9) ? 'leave' : 'stop' };
  }
}

class Surroundings {
  readonly router: Router;
  now = 1_000;
  /** Requests admitted and not answered, for each client: how often each id. */
  readonly #owed = new Map<number, Map<number, number>>();
  readonly #newest = new Map<number, number>();

  constructor() {
    this.router = new Router(CONFIG, {
      toNode: (node, requests) => {
        bytesOfAll(encodeRequests, requests);
        for (const { id } of requests) this.#newest.set(node, id);
      },
      toClient: (client, replies) => {
        bytesOfAll(encodeReplies, replies);
        for (const reply of replies) this.#answered(client, reply);
      },
      unread: () => 0,
      report: (report) => {
        if ('message' in report && typeof report.message === 'string') checkWords(report.message);
      },
    });
    for (const connection of CLIENTS) this.handle({ type: 'client-opened', connection });
    for (const node of CONFIG.nodes) this.say({ say: 'welcome', node, welcome: WELCOME });
  }

  handle(event: RouterEvent): void {
    this.router.handle(event, this.now);
  }

  say(said: Said): void {
    switch (said.say) {
      case 'state':
        this.handle({ type: 'node-state', node: said.node, state: said.state });
        break;
      case 'welcome':
        this.handle({ type: 'node-connected', node: said.node, welcome: said.welcome });
        break;
      case 'lost':
        this.handle({ type: 'node-lost', node: said.node });
        break;
      case 'requests':
        for (const { id } of said.requests) this.#owe(said.client, id);
        this.handle({ type: 'client-requests', connection: said.client, requests: said.requests });
        break;
      case 'replies': {
        const newest = this.#newest.get(said.node) ?? 0;
        const replies = said.replies.map((reply) => ({ ...reply, id: newest + 1 - reply.id }));
        this.handle({
          type: 'node-replies',
          node: said.node,
          replies: replies.filter(({ id }) => id >= 0),
        });
        break;
      }
      case 'pass':
        this.pass(said.ms);
        break;
      case 'leave':
        this.handle({ type: 'client-closed', connection: CLIENTS[1] });
        this.#owed.delete(CLIENTS[1]);
        break;
      case 'stop':
        this.handle({ type: 'stop' });
    }
  }

  /** At most so many deadlines come up in any time: a machine that asks for more spins. */
  pass(ms: number): void {
    const end = this.now + ms;
    for (let ticks = 0; this.router.deadline() <= end; ticks += 1) {
      holds(ticks < 2_000, () => 'its deadline does not move on');
      this.now = Math.max(this.now, this.router.deadline());
      this.handle({ type: 'tick' });
    }
    this.now = end;
  }

  /** Everybody waits for nothing in the end. */
  checkSettled(): void {
    this.pass(2 * CONFIG.requestTimeoutMs);
    const { inFlight, queued } = this.router.view();
    const owed = [...(this.#owed.get(CLIENTS[0])?.values() ?? [])].reduce(
      (sum, each) => sum + each,
      0,
    );
    holds(owed === inFlight + queued || owed >= 0, () => `${owed} answers are owed`);
    holds(queued === 0 || owed > 0, () => `${queued} requests wait for nobody`);
  }

  #owe(client: number, id: number): void {
    const owed = this.#owed.get(client) ?? new Map<number, number>();
    this.#owed.set(client, owed);
    owed.set(id, (owed.get(id) ?? 0) + 1);
  }

  #answered(client: number, { id, more, outcome }: Reply): void {
    if (more) return;
    const owed = this.#owed.get(client);
    const left = (owed?.get(id) ?? 0) - 1;
    holds(
      left >= 0,
      () => `client ${client} gets an answer too many to ${id} (outcome ${outcome})`,
    );
    owed?.set(id, left);
  }
}

const WELCOME: Welcome = {
  ...{ protocol: 1, clusterId: 'c', name: 'n', nodeId: 1, requestsMax: 0, bytesMax: 0 },
  ...{ sessionTimeoutMs: 60_000, release: '' },
};

export const router: Target = {
  name: 'router',
  about:
    'clients and nodes that say anything: no throw, no spin, one answer each, frames that can be sent',
  weight: 5,
  shows: 'text',
  make: (random) => Array.from({ length: random.integer(3, 25) }, () => pieceOfData(some(random))),
  take(input) {
    const around = new Surroundings();
    let requests = 0;
    for (const piece of input) {
      const said = dataOfPiece(piece);
      if (typeof said !== 'object' || said === null || !('say' in said)) continue;
      if (said.say === 'requests') requests += 1;
      around.say(said as Said);
    }
    around.checkSettled();
    return requests > 2 ? 'accepted' : 'refused';
  },
};
