import { Pace } from './pace.js';

/** Which of ten looks are made, while the log grows by so many entries from one to the next. */
function made(entries: number, pace = new Pace()): number[] {
  return Array.from({ length: 10 }, (_, look) => look).filter(
    (look) => !pace.leavesOut((look + 1) * entries),
  );
}

test('every look is made while there is little to do', () => {
  expect(made(0)).toHaveLength(10);
  expect(made(100)).toHaveLength(10);
});

test('one of three is made under load', () => {
  expect(made(101)).toEqual([2, 5, 8]);
});

test('all are made again when the load ends', () => {
  const pace = new Pace();
  made(1_000, pace);

  expect([10_000, 10_000, 10_000].map((index) => pace.leavesOut(index)).at(-1)).toBe(false);
  expect(pace.leavesOut(10_050)).toBe(false);
});
