import { jest } from '@jest/globals';
import { TurnedAway, type TurnedAwayReport } from './turned-away.js';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

test('the first is told at once, a flood once a second, and nothing when it is quiet', () => {
  const told: TurnedAwayReport[] = [];
  const refusals = new TurnedAway((report) => told.push(report));
  for (let at = 0; at < 1_000; at += 1) refusals.add(`10.0.0.${at}`, 'too many');
  expect(told).toEqual([{ address: '10.0.0.0', why: 'too many', count: 1 }]);
  jest.advanceTimersByTime(1_000);
  expect(told[1]).toEqual({ address: '10.0.0.999', why: 'too many', count: 999 });
  jest.advanceTimersByTime(60_000);
  expect(told).toHaveLength(2);
  refusals.add('10.0.0.1', 'again');
  expect(told[2]).toEqual({ address: '10.0.0.1', why: 'again', count: 1 });
});
