import { Agenda } from './agenda.js';
import { Random } from './random.js';

test('gives events by time, and in the order of scheduling among equals', () => {
  const random = new Random(3);
  const agenda = new Agenda<number>();
  const expected: { time: number; event: number }[] = [];
  for (let event = 0; event < 2_000; event += 1) {
    const time = random.below(100);
    agenda.add(time, event);
    expected.push({ time, event });
  }
  expected.sort((a, b) => a.time - b.time || a.event - b.event);
  expect(agenda.nextTime).toBe(expected[0]?.time);
  for (const { time, event } of expected) expect(agenda.take()).toMatchObject({ time, event });
  expect(agenda.take()).toBeUndefined();
  expect(agenda.nextTime).toBe(Infinity);
});
