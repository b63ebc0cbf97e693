import { CheckpointSchedule, type LogGrowth } from './checkpoint-schedule.js';

const LIMITS = { entriesMax: 100_000, bytesMax: 64 * 1024 * 1024, quietMs: 2_000 };

function growth(more: Partial<LogGrowth>): LogGrowth {
  return {
    appliedIndex: 1_000_000,
    markerIndex: 0,
    commandsSinceMarker: 0,
    bytesSinceMarker: 0,
    keys: 0,
    checkpointBytes: 0,
    writing: false,
    ...more,
  };
}

const isDue = (more: Partial<LogGrowth>): boolean =>
  new CheckpointSchedule(LIMITS, 0).due(growth(more), 1);

describe('CheckpointSchedule', () => {
  test('after so many entries, or half as many as there are keys', () => {
    expect(isDue({ commandsSinceMarker: 99_999, keys: 10_000 })).toBe(false);
    expect(isDue({ commandsSinceMarker: 100_000, keys: 10_000 })).toBe(true);
    expect(isDue({ commandsSinceMarker: 499_999, keys: 1_000_000 })).toBe(false);
    expect(isDue({ commandsSinceMarker: 500_000, keys: 1_000_000 })).toBe(true);
  });

  test('after so many bytes, or as many as the last one had', () => {
    const some = { commandsSinceMarker: 1, bytesSinceMarker: 64 * 1024 * 1024 };
    expect(isDue(some)).toBe(true);
    expect(isDue({ ...some, checkpointBytes: some.bytesSinceMarker + 1 })).toBe(false);
    expect(isDue({ ...some, writing: true })).toBe(false);
  });

  test('when writes fall quiet, a large state later than a small one', () => {
    const schedule = new CheckpointSchedule(LIMITS, 0);
    const small = growth({ commandsSinceMarker: 1 });
    const large = growth({ commandsSinceMarker: 1, checkpointBytes: 150_000_000 });
    expect(schedule.due(small, 0)).toBe(false);
    expect(schedule.due(small, 2_000)).toBe(true);
    expect(schedule.due(large, 31_999)).toBe(false);
    expect(schedule.due(large, 32_000)).toBe(true);
    expect(schedule.due(growth({}), 100_000)).toBe(false);
  });
});
