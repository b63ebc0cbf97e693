/**
 * Streams between processes, as the real transport gives them: dialled, ordered while they last, and
 * broken at some moment, when what was in flight is lost from some point on and each side learns of it
 * in its own time. A direction of a link that is cut delays what travels on it (TCP repeats it) until the
 * cut is healed or the streams' keep-alive gives up.
 */
import type { Agenda } from './agenda.js';
import type { Random } from './random.js';

/** Which end of a stream: 0 dialled it, 1 accepted it. */
export type Side = 0 | 1;

interface Sent<Parcel> {
  at: number;
  readonly parcel: Parcel;
  readonly number: number;
  readonly sentAt: number;
}

/** What is on its way. */
export interface Flight<Parcel> {
  /** Unique in this network. */
  readonly number: number;
  /** Process numbers. */
  readonly from: number;
  readonly to: number;
  readonly parcel: Parcel;
  readonly sentAt: number;
  /** Past, if the link is cut and it waits. */
  readonly dueAt: number;
}

export interface Lane<Parcel> {
  /** In order; times never fall. */
  readonly queue: Sent<Parcel>[];
  lastAt: number;
  /** A `lane` event is on the agenda. */
  scheduled: boolean;
  /** Since when the head is due but the link is cut; null if it is not. */
  stalledSince: number | null;
}

export interface Stream<Parcel> {
  readonly id: number;
  readonly kind: 'peer' | 'session';
  /** Process numbers of the two sides. */
  readonly ends: readonly [number, number];
  /** What the dialler says of itself, and the answer. */
  readonly greeting: Parcel;
  answer: Parcel | null;
  phase: 'dialling' | 'accepted' | 'open' | 'broken';
  /** By side: it knows that the stream is over. */
  readonly over: [boolean, boolean];
  /** By receiving side. */
  readonly lanes: readonly [Lane<Parcel>, Lane<Parcel>];
  dialsLeft: number;
}

export type NetworkEvent =
  | { readonly type: 'dial'; readonly stream: number }
  | { readonly type: 'dial-failed'; readonly stream: number; readonly refused: boolean }
  | { readonly type: 'opened'; readonly stream: number }
  | { readonly type: 'lane'; readonly stream: number; readonly to: Side }
  | { readonly type: 'learn'; readonly stream: number; readonly side: Side }
  | { readonly type: 'stall'; readonly stream: number; readonly to: Side; readonly since: number };

/** The processes, as the network sees them. */
export interface Processes<Parcel> {
  /** Somebody dials: what to answer; null if nobody listens; undefined if nothing is said yet. */
  accept(process: number, stream: Stream<Parcel>): Parcel | null | undefined;
  opened(process: number, stream: Stream<Parcel>): void;
  received(process: number, stream: Stream<Parcel>, side: Side, parcels: readonly Parcel[]): void;
  ended(process: number, stream: Stream<Parcel>, side: Side, refused: boolean): void;
}

export interface Weather {
  /** One way, ms. */
  delayMin: number;
  /** Mean of what comes on top, exponentially distributed. */
  delayMean: number;
  /** How often a parcel takes up to `spikeMs` longer. */
  spikeChance: number;
  spikeMs: number;
  /** After so long without progress a stream is given up. */
  keepAliveMs: number;
}

const DIAL_RETRY_MS = 200;
const DIALS = 10;

export class Network<Parcel> {
  readonly streams = new Map<number, Stream<Parcel>>();
  private readonly cuts = new Set<number>();
  private readonly clogs = new Map<number, number>();
  private nextStream = 1;
  private nextParcel = 1;

  constructor(
    private readonly agenda: Pick<Agenda<NetworkEvent>, 'add'>,
    private readonly random: Random,
    private readonly weather: Weather,
    private readonly processes: Processes<Parcel>,
  ) {}

  dial(kind: 'peer' | 'session', from: number, to: number, greeting: Parcel, now: number): number {
    const stream: Stream<Parcel> = {
      id: this.nextStream++,
      kind,
      ends: [from, to],
      greeting,
      answer: null,
      phase: 'dialling',
      over: [false, false],
      lanes: [newLane(), newLane()],
      dialsLeft: DIALS,
    };
    this.streams.set(stream.id, stream);
    this.agenda.add(now + this.delay(from, to), { type: 'dial', stream: stream.id });
    return stream.id;
  }

  /** From one side to the other; lost without a word if the stream is broken. */
  send(id: number, from: Side, parcel: Parcel, now: number): void {
    const stream = this.streams.get(id);
    if (stream === undefined || stream.phase === 'broken' || stream.over[from]) return;
    const to = other(from);
    const lane = stream.lanes[to];
    const at = Math.max(lane.lastAt, now + this.delay(stream.ends[from], stream.ends[to]));
    lane.queue.push({ at, parcel, number: this.nextParcel++, sentAt: now });
    lane.lastAt = at;
    this.schedule(stream, to, now);
  }

  /** Ended by one side, which forgets it at once; the other gets what was sent before. */
  close(id: number, side: Side, now: number): void {
    const stream = this.streams.get(id);
    if (stream === undefined) return;
    this.finish(stream, side, false);
    if (stream.phase === 'broken') return;
    const to = other(side);
    stream.phase = 'broken';
    const after =
      Math.max(stream.lanes[to].lastAt, now) + this.delay(stream.ends[side], stream.ends[to]);
    this.agenda.add(after, { type: 'learn', stream: id, side: to });
  }

  /**
   * A break in the middle: both sides learn of it soon, or one of them late. `arrives`: all the same,
   * what is on its way gets there.
   */
  break(id: number, now: number, arrives = false): void {
    const stream = this.streams.get(id);
    if (stream === undefined || stream.phase === 'broken') return;
    stream.phase = 'broken';
    const late = this.random.chance(0.3) ? this.random.below(2) : -1;
    for (const side of [0, 1] as const) {
      if (!arrives) this.loseSuffix(stream.lanes[side]);
      const wait = side === late ? this.weather.keepAliveMs : this.random.exponential(2);
      const after = Math.max(now + wait, stream.lanes[side].lastAt);
      this.agenda.add(after, { type: 'learn', stream: id, side });
    }
  }

  /** The process is gone: its streams end, and the others learn of it where their link works. */
  processDied(process: number, now: number): void {
    for (const stream of [...this.streams.values()]) {
      const side = stream.ends[0] === process ? 0 : stream.ends[1] === process ? 1 : null;
      if (side === null || stream.over[side]) continue;
      const to = other(side);
      const alreadyBroken = stream.phase === 'broken';
      stream.phase = 'broken';
      this.finish(stream, side, false);
      if (alreadyBroken || stream.over[to]) continue;
      this.loseSuffix(stream.lanes[to]);
      const [from, peer] = [stream.ends[side], stream.ends[to]];
      const wait = this.isCut(from, peer) ? this.weather.keepAliveMs : this.delay(from, peer);
      const after = Math.max(now + wait, stream.lanes[to].lastAt);
      this.agenda.add(after, { type: 'learn', stream: stream.id, side: to });
    }
  }

  /** What is on its way to these sides of a stream, and what is sent next, takes so much longer. */
  hold(id: number, ms: number, now: number, sides: readonly Side[] = [0, 1]): void {
    const stream = this.streams.get(id);
    if (stream === undefined || stream.phase === 'broken') return;
    for (const side of sides) {
      const lane = stream.lanes[side];
      for (const parcel of lane.queue) parcel.at = Math.max(parcel.at, now + ms);
      lane.lastAt = Math.max(lane.lastAt, now + ms);
    }
  }

  /** In no particular order. */
  flights(): Flight<Parcel>[] {
    return [...this.streams.values()].flatMap(({ ends, lanes }) =>
      ([0, 1] as const).flatMap((to) =>
        lanes[to].queue.map(({ at, parcel, number, sentAt }) => {
          return { number, from: ends[other(to)], to: ends[to], parcel, sentAt, dueAt: at };
        }),
      ),
    );
  }

  /** It never arrives, and what was sent before and after it does. False if it is not on its way. */
  drop(parcel: number): boolean {
    for (const { lanes } of this.streams.values()) {
      for (const { queue } of lanes) {
        const at = queue.findIndex(({ number }) => number === parcel);
        if (at < 0) continue;
        queue.splice(at, 1);
        return true;
      }
    }
    return false;
  }

  cut(from: number, to: number): void {
    this.cuts.add(linkOf(from, to));
  }

  heal(from: number, to: number, now: number): void {
    if (!this.cuts.delete(linkOf(from, to))) return;
    for (const stream of this.streams.values()) {
      for (const side of [0, 1] as const) {
        if (stream.ends[side] !== to || stream.ends[other(side)] !== from) continue;
        const lane = stream.lanes[side];
        if (lane.stalledSince === null) continue;
        lane.stalledSince = null;
        lane.scheduled = true;
        this.agenda.add(now + this.delay(from, to), { type: 'lane', stream: stream.id, to: side });
      }
    }
  }

  isCut(from: number, to: number): boolean {
    return this.cuts.size > 0 && this.cuts.has(linkOf(from, to));
  }

  /** Multiplies the delays of one direction; 1 ends it. */
  clog(from: number, to: number, factor: number): void {
    if (factor === 1) this.clogs.delete(linkOf(from, to));
    else this.clogs.set(linkOf(from, to), factor);
  }

  delay(from: number, to: number): number {
    const { delayMin, delayMean, spikeChance, spikeMs } = this.weather;
    let delay = delayMin + this.random.exponential(delayMean);
    if (spikeChance > 0 && this.random.chance(spikeChance)) delay += this.random.next() * spikeMs;
    if (this.clogs.size > 0) delay *= this.clogs.get(linkOf(from, to)) ?? 1;
    return delay;
  }

  handle(event: NetworkEvent, now: number): void {
    const stream = this.streams.get(event.stream);
    if (stream === undefined) return;
    switch (event.type) {
      case 'dial':
        this.arriveDial(stream, now);
        return;
      case 'dial-failed':
        if (!stream.over[0]) this.finish(stream, 0, true, event.refused);
        this.forget(stream);
        return;
      case 'opened':
        this.open(stream, now);
        return;
      case 'lane':
        this.deliver(stream, event.to, now);
        return;
      case 'learn':
        if (!stream.over[event.side]) this.finish(stream, event.side, true);
        return;
      case 'stall':
        if (stream.lanes[event.to].stalledSince === event.since) this.break(stream.id, now);
    }
  }

  private arriveDial(stream: Stream<Parcel>, now: number): void {
    const [from, to] = stream.ends;
    if (stream.over[0]) {
      this.forget(stream);
      return;
    }
    const answer = this.isCut(from, to) ? undefined : this.processes.accept(to, stream);
    if (answer === undefined || (answer === null && this.isCut(to, from))) {
      this.retryDial(stream, now);
    } else if (answer === null) {
      const back = now + this.delay(to, from);
      this.agenda.add(back, { type: 'dial-failed', stream: stream.id, refused: true });
    } else {
      stream.answer = answer;
      stream.phase = 'accepted';
      const lane = stream.lanes[0];
      lane.lastAt = now + this.delay(to, from);
      this.agenda.add(lane.lastAt, { type: 'opened', stream: stream.id });
      this.processes.opened(to, stream);
    }
  }

  private retryDial(stream: Stream<Parcel>, now: number): void {
    stream.dialsLeft -= 1;
    if (stream.dialsLeft > 0) {
      this.agenda.add(now + DIAL_RETRY_MS, { type: 'dial', stream: stream.id });
    } else {
      this.agenda.add(now, { type: 'dial-failed', stream: stream.id, refused: false });
    }
  }

  private open(stream: Stream<Parcel>, now: number): void {
    if (stream.phase !== 'accepted' || stream.over[0]) return;
    const [from, to] = stream.ends;
    if (this.isCut(to, from)) {
      const lane = stream.lanes[0];
      lane.lastAt = Math.max(lane.lastAt, now + DIAL_RETRY_MS);
      stream.dialsLeft -= 1;
      if (stream.dialsLeft > 0) this.agenda.add(lane.lastAt, { type: 'opened', stream: stream.id });
      else this.break(stream.id, now);
      return;
    }
    stream.phase = 'open';
    this.processes.opened(from, stream);
    this.schedule(stream, 0, now);
  }

  /** Everything that is due goes in one batch, as the reader of a socket gets it. */
  private deliver(stream: Stream<Parcel>, to: Side, now: number): void {
    const lane = stream.lanes[to];
    lane.scheduled = false;
    if (stream.over[to] || lane.queue.length === 0) return;
    const from = other(to);
    if (this.isCut(stream.ends[from], stream.ends[to])) {
      lane.stalledSince = now;
      const at = now + this.weather.keepAliveMs;
      this.agenda.add(at, { type: 'stall', stream: stream.id, to, since: now });
      return;
    }
    let due = 0;
    while (due < lane.queue.length && (lane.queue[due]?.at ?? Infinity) <= now) due += 1;
    const parcels = lane.queue.splice(0, due).map(({ parcel }) => parcel);
    this.schedule(stream, to, now);
    if (parcels.length > 0) this.processes.received(stream.ends[to], stream, to, parcels);
  }

  private schedule(stream: Stream<Parcel>, to: Side, now: number): void {
    const lane = stream.lanes[to];
    const head = lane.queue[0];
    if (head === undefined || lane.scheduled || lane.stalledSince !== null) return;
    // What the acceptor sends before the dialler knows of the stream waits for that.
    if (to === 0 && stream.phase === 'accepted') return;
    lane.scheduled = true;
    this.agenda.add(Math.max(head.at, now), { type: 'lane', stream: stream.id, to });
  }

  private finish(stream: Stream<Parcel>, side: Side, tell: boolean, refused = false): void {
    if (stream.over[side]) return;
    stream.over[side] = true;
    stream.lanes[side].queue.length = 0;
    const accepted = side === 0 || stream.answer !== null;
    if (tell && accepted) this.processes.ended(stream.ends[side], stream, side, refused);
    if (stream.over[0] && (stream.over[1] || stream.answer === null)) this.forget(stream);
  }

  private forget(stream: Stream<Parcel>): void {
    this.streams.delete(stream.id);
  }

  private loseSuffix(lane: Lane<Parcel>): void {
    lane.queue.length = this.random.chance(0.5) ? 0 : this.random.below(lane.queue.length + 1);
    lane.lastAt = lane.queue.at(-1)?.at ?? 0;
  }
}

function newLane<Parcel>(): Lane<Parcel> {
  return { queue: [], lastAt: 0, scheduled: false, stalledSince: null };
}

export function other(side: Side): Side {
  return side === 0 ? 1 : 0;
}

function linkOf(from: number, to: number): number {
  return from * 1024 + to;
}
