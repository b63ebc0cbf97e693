import { Agenda } from './agenda.js';
import { Network } from './network.js';
import type { NetworkEvent, Side, Weather } from './network.js';
import { Random } from './random.js';

const WEATHER: Weather = {
  delayMin: 1,
  delayMean: 3,
  spikeChance: 0.1,
  spikeMs: 50,
  keepAliveMs: 1_000,
};

/** Two processes, 0 and 1, that write down what they are told. */
class Pair {
  readonly told: string[] = [];
  readonly received: number[] = [];
  listening = true;
  now = 0;
  readonly agenda = new Agenda<NetworkEvent>();
  readonly network: Network<number>;

  constructor(seed: number) {
    this.network = new Network<number>(this.agenda, new Random(seed), WEATHER, {
      accept: () => (this.listening ? -2 : null),
      opened: (process) => this.told.push(`${String(process)} opened`),
      received: (_process, _stream, _side: Side, parcels) => this.received.push(...parcels),
      ended: (process, _stream, _side, refused) =>
        this.told.push(
          `${String(process)} ${refused ? 'refused' : 'ended'} at ${this.now < 900 ? 'once' : 'length'}`,
        ),
    });
  }

  run(until = 100_000): void {
    for (let next = this.agenda.nextTime; next <= until; next = this.agenda.nextTime) {
      const item = this.agenda.take();
      if (item === undefined) return;
      this.now = item.time;
      this.network.handle(item.event, item.time);
    }
    this.now = Math.max(this.now, until === 100_000 ? 0 : until);
  }

  open(): number {
    const stream = this.network.dial('session', 0, 1, -1, this.now);
    this.run();
    return stream;
  }
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

test('a stream keeps its order, whatever the delays', () => {
  const pair = new Pair(1);
  const stream = pair.open();
  for (const n of numbers(500)) pair.network.send(stream, 0, n, pair.now + n / 10);
  pair.run();
  expect(pair.received).toEqual(numbers(500));
});

test('a break loses what was in flight from some point on, and never something in between', () => {
  let lost = 0;
  for (let seed = 0; seed < 50; seed += 1) {
    const pair = new Pair(seed);
    const stream = pair.open();
    for (const n of numbers(20)) pair.network.send(stream, 0, n, pair.now);
    pair.network.break(stream, pair.now);
    pair.run();
    expect(pair.received).toEqual(numbers(pair.received.length));
    expect(pair.told.filter((line) => line.includes('ended'))).toHaveLength(2);
    expect(pair.network.streams.size).toBe(0);
    lost += 20 - pair.received.length;
  }
  expect(lost).toBeGreaterThan(100);
});

test('nobody listening is a refusal; a link that is cut is not', () => {
  const refused = new Pair(3);
  refused.listening = false;
  refused.open();
  expect(refused.told).toEqual(['0 refused at once']);
  const cut = new Pair(3);
  cut.network.cut(0, 1);
  cut.open();
  expect(cut.told).toEqual(['0 ended at length']);
});

test('a link that is cut delays, and delivers all in order when it is healed in time', () => {
  const pair = new Pair(4);
  const stream = pair.open();
  pair.network.cut(0, 1);
  for (const n of numbers(10)) pair.network.send(stream, 0, n, pair.now);
  pair.run(pair.now + 500);
  expect(pair.received).toEqual([]);
  pair.network.heal(0, 1, pair.now);
  for (const n of numbers(10)) pair.network.send(stream, 0, n + 10, pair.now);
  pair.run();
  expect(pair.received).toEqual(numbers(20));
});

test('a link that stays cut ends the stream by keep-alive', () => {
  const pair = new Pair(5);
  const stream = pair.open();
  pair.network.cut(0, 1);
  pair.network.send(stream, 0, 1, pair.now);
  pair.run();
  expect(pair.received).toEqual([]);
  expect(pair.told.filter((line) => line.includes('ended at length'))).toHaveLength(2);
});

test('the other side of a dead process learns at once, or by keep-alive where the link is cut', () => {
  const near = new Pair(6);
  near.open();
  near.network.processDied(0, near.now);
  near.run();
  expect(near.told).toContain('1 ended at once');
  const cut = new Pair(6);
  cut.open();
  cut.network.cut(0, 1);
  cut.network.processDied(0, cut.now);
  cut.run();
  expect(cut.told).toContain('1 ended at length');
});

test('a side that hangs up hears no more of it, and the other gets what was sent before', () => {
  const pair = new Pair(7);
  const stream = pair.open();
  for (const n of numbers(5)) pair.network.send(stream, 0, n, pair.now);
  pair.network.close(stream, 0, pair.now);
  pair.run();
  expect(pair.received).toEqual(numbers(5));
  expect(pair.told.filter((line) => line.includes('ended'))).toEqual(['1 ended at once']);
});
