/** What the playground shows: the same shapes as a live cluster's. */
import type {
  ClusterSight,
  FiguresSight,
  FlightSight,
  LinkSight,
  MemberSight,
  ProxySight,
} from '#rpc/generated/relevo/v1/sight';
import { Outcome } from '#rpc/session/frames';
import type { Flight } from '../network.js';
import type { SimulatedNode } from '../node.js';
import type { Parcel } from '../process.js';
import type { Ailments } from './ailments.js';
import type { PlayWorld } from './play-world.js';

export function clusterSight(world: PlayWorld, ailments: Ailments, cells: number): ClusterSight {
  return {
    atMs: world.now,
    members: world.members.map((node) => memberSight(world, node, cells)),
    links: linkSights(world),
    flights: world.network.flights().map((flight) => flightSight(world, flight)),
    proxies: [proxySight(world)],
    broken: world.broken[0] ?? '',
    examined: world.invariants.looks,
    faults: [...ailments.words()],
  };
}

function memberSight(
  { lastSights, now }: PlayWorld,
  node: SimulatedNode,
  cells: number,
): MemberSight {
  const { id, name, state, replica } = node;
  const shown = state === 'frozen' ? 'paused' : state;
  if (replica !== null) {
    const sight = replica.sight(node.clock, cells);
    return { node: id, name, state: shown, sight, seenMsAgo: 0, figures: figuresOf(replica) };
  }
  const last = lastSights.get(id);
  if (last === undefined) return { node: id, name, state: shown, sight: undefined, seenMsAgo: 0 };
  const log = last.sight.log.slice(-cells);
  const sight = { ...last.sight, log: cells === 0 ? [] : log };
  return { node: id, name, state: shown, sight, seenMsAgo: Math.max(0, now - last.at) };
}

/** The simulated disk's own times are no news: they are the plan's. */
function figuresOf({ figures }: NonNullable<SimulatedNode['replica']>): FiguresSight {
  const { elections, readsServed, staleReadsServed, commits, commitMs } = figures;
  const reads = readsServed + staleReadsServed;
  return { syncs: 0, syncMs: 0, elections, reads, commits, commitMs };
}

function linkSights({ members, network }: PlayWorld): LinkSight[] {
  return members.flatMap((from) =>
    members.flatMap((to): LinkSight[] => {
      if (from === to) return [];
      const cut = network.isCut(from.number, to.number);
      return [{ from: from.id, to: to.id, cut, open: from.isLinkedTo(to.number), sent: [] }];
    }),
  );
}

function flightSight(world: PlayWorld, flight: Flight<Parcel>): FlightSight {
  const [from, to] = [world.name(flight.from), world.name(flight.to)];
  const { number, sentAt, dueAt, parcel } = flight;
  return {
    flight: number,
    from: from.node,
    to: to.node,
    fromName: from.name,
    toName: to.name,
    ...wordsOf(parcel),
    sentMs: sentAt,
    dueMs: dueAt,
  };
}

function wordsOf(parcel: Parcel): { readonly kind: string; readonly text: string } {
  switch (parcel.type) {
    case 'peer':
      return peerWords(parcel.message);
    case 'requests':
      return { kind: 'requests', text: `${String(parcel.requests.length)} requests` };
    case 'replies': {
      const failed = parcel.replies.filter(({ outcome }) => outcome !== Outcome.ok);
      const text = failed.map(({ code }) => code).join(', ');
      return { kind: 'replies', text: text === '' ? 'ok' : text };
    }
    case 'state':
      return { kind: 'state', text: `applied ${String(parcel.state.appliedIndex)}` };
    case 'peer-greeting':
    case 'greeting':
    case 'welcome':
      return { kind: parcel.type, text: '' };
  }
}

function peerWords(message: (Parcel & { readonly type: 'peer' })['message']): {
  readonly kind: string;
  readonly text: string;
} {
  if (message instanceof Uint8Array) return { kind: 'bytes', text: '' };
  if (message.type !== 'raft') return { kind: message.type, text: '' };
  const { message: inner } = message;
  const term = `term ${String(inner.term)}`;
  switch (inner.type) {
    case 'append-request': {
      const [first] = inner.entries;
      const last = inner.entries.at(-1);
      const committed = `committed ${String(inner.commitIndex)}`;
      if (first === undefined || last === undefined)
        return { kind: inner.type, text: `${term}, no entries, ${committed}` };
      const indexes =
        first === last
          ? `entry ${String(first.index)}`
          : `entries ${String(first.index)} to ${String(last.index)}`;
      return { kind: inner.type, text: `${term}, ${indexes}, ${committed}` };
    }
    case 'vote-reply':
    case 'pre-vote-reply':
      return { kind: inner.type, text: `${term}, ${inner.granted ? 'yes' : 'no'}` };
    default:
      return { kind: inner.type, text: term };
  }
}

function proxySight({ proxy }: PlayWorld): ProxySight {
  const view = proxy.router?.view();
  const nodes = view?.nodes ?? [];
  const sum = (of: 'reads' | 'writes'): number => nodes.reduce((all, node) => all + node[of], 0);
  return {
    name: proxy.name,
    up: proxy.isUp,
    leader: view?.leader ?? 0,
    queued: view?.queued ?? 0,
    reads: sum('reads'),
    writes: sum('writes'),
  };
}
