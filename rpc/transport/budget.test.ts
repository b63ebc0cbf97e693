import { Budget } from './budget.js';

const spent = (budget: Budget, times: number, now: number): number =>
  Array.from({ length: times }, () => budget.spend(now)).filter((isLeft) => isLeft).length;

test('so many at once, then so many a second, and never more than the burst', () => {
  const budget = new Budget(5, 2, 0);
  expect(spent(budget, 10, 0)).toBe(5);
  expect(spent(budget, 10, 1_000)).toBe(2);
  expect(spent(budget, 10, 1_400)).toBe(0);
  expect(spent(budget, 10, 1_500)).toBe(1);
  expect(spent(budget, 10, 3_600_000)).toBe(5);
});

test('a refill gives the whole burst back', () => {
  const budget = new Budget(3, 1, 0);
  spent(budget, 3, 0);
  budget.refill();
  expect(spent(budget, 10, 0)).toBe(3);
});
