/** The catalogue and the wiring agree, and orders say what they mean. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isStepName, POINTS, STEP_NAMES, STEPS, nameOf } from './catalogue.js';
import { orderText, parseOrder } from './order.js';
import { casesOf, orderOf, replayOf, stageOf } from './run/case.js';
import { REACH } from './run/stages.js';

const WIRING = fileURLToPath(new URL('wiring/', import.meta.url));

/** Whatever stands between quotes in the wiring. */
function quotedInWiring(): ReadonlySet<string> {
  const texts = readdirSync(WIRING).map((file) => readFileSync(`${WIRING}${file}`, 'utf8'));
  return new Set(
    texts.flatMap((text) => [...text.matchAll(/'([a-z-]+)'/g)].map(([, word]) => word ?? '')),
  );
}

describe('the catalogue', () => {
  test('has no step that is not wired', () => {
    const quoted = quotedInWiring();
    expect(STEP_NAMES.filter((step) => !quoted.has(step))).toEqual([]);
  });

  test('has each step that is wired', () => {
    // What begins like a step is one, but for the core's own words for its messages.
    const beginnings = new Set(STEP_NAMES.map((step) => step.replace(/-.*/, '-')));
    const messages = ['vote-request', 'vote-reply', 'checkpoint-chunk', 'checkpoint-reply'];
    const alike = [...quotedInWiring()].filter((word) =>
      [...beginnings].some((beginning) => word.startsWith(beginning)),
    );
    const unknown = alike.filter(
      (word) => !isStepName(word) && !messages.includes(word) && !word.endsWith('-'),
    );
    expect(alike.length).toBeGreaterThan(50);
    expect(unknown).toEqual([]);
  });

  test('has more points than the 45 that are asked for, each with its name', () => {
    expect(new Set(POINTS.map(nameOf)).size).toBe(POINTS.length);
    expect(POINTS.length).toBeGreaterThanOrEqual(45);
  });

  test('says of each step what dies there, and how it is brought about', () => {
    for (const step of STEP_NAMES) {
      const { loses, stage, parts } = STEPS[step];
      expect(loses).not.toBe('');
      expect(parts.length).toBeGreaterThan(0);
      expect(REACH[stage]).toBeInstanceOf(Function);
    }
  });
});

describe('a run', () => {
  test('kills at every point, on every part of it', () => {
    const killed = casesOf(1, { delays: 4, parts: 'all' }).filter(({ how }) => how === 'kill');
    expect(killed.length).toBe(POINTS.reduce((sum, { step }) => sum + STEPS[step].parts.length, 0));
  });

  test('holds every point once in so many seeds, but for half a write', () => {
    const held = [1, 2, 3, 4]
      .flatMap((seed) => casesOf(seed, { delays: 4, parts: 'all' }))
      .filter(({ how }) => how === 'delay');
    const names = held.map(({ point, as }) => `${nameOf(point)} ${as}`);
    const whole = POINTS.filter(({ side }) => side !== 'half');
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(held.map(({ point }) => nameOf(point)))).toEqual(new Set(whole.map(nameOf)));
  });

  test('kills at every point on one part a seed, and on all of them with some seeds', () => {
    const killed = [1, 2].map((seed) =>
      casesOf(seed, { delays: 4, parts: 'one' }).filter(({ how }) => how === 'kill'),
    );
    for (const cases of killed) {
      expect(cases.map(({ point }) => nameOf(point))).toEqual(POINTS.map(nameOf));
    }
    const tried = new Set(killed.flat().map(({ point, as }) => `${nameOf(point)} ${as}`));
    expect(tried.size).toBe(POINTS.reduce((sum, { step }) => sum + STEPS[step].parts.length, 0));
  });

  test('asks for votes by who is to have them', () => {
    const point = { step: 'vote-sync', side: 'after' } as const;
    const rest = { point, how: 'kill', seed: 1 } as const;
    expect(stageOf({ ...rest, as: 'candidate' })).toBe('hand-to');
    expect(stageOf({ ...rest, as: 'follower' })).toBe('hand-elsewhere');
  });

  test('can be replayed by a line', () => {
    const point = { step: 'log-sync', side: 'after' } as const;
    const line = replayOf({ point, how: 'kill', as: 'leader', seed: 3 });
    expect(line).toBe(
      'npm run failpoints -- --only log-sync:after --how kill --as leader --seed 3',
    );
  });
});

describe('an order', () => {
  test('is read as it was written, for every case', () => {
    for (const one of casesOf(2, { delays: 1, parts: 'all' })) {
      const order = orderOf(one, 7);
      expect(parseOrder(orderText(order))).toEqual(order);
    }
  });

  test.each([
    ['log-wriet:before:kill:as=leader', 'there is no step log-wriet'],
    ['log-sync:before:kill:as=leader', 'log-sync has after, not before'],
    ['log-sync:after:stop:as=leader', 'give kill or delay, not stop'],
    ['log-sync:after:kill:as=proxy', 'log-sync is for leader, follower'],
    ['log-sync:after:kill:as=leader:nth=0', 'nth is a whole number from 1 on'],
  ])('%s is refused', (text, reason) => {
    expect(() => parseOrder(text)).toThrow(reason);
  });
});
