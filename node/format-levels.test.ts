import { Store, type Command } from '#kv';
import { nodeId, type Membership } from '#raft';
import { PROGRAM } from '#rpc/versions';
import { FormatLevels, NO_LEVELS } from './format-levels.js';

const [ada, bob, cy] = [nodeId(1), nodeId(2), nodeId(3)];
const program = { ...PROGRAM, formatMax: 3, formatWritten: 2 };
const raise: Command[] = [{ kind: 'raise-format', level: 2 }];

const membership = (voters: Membership['voters'], learners: Membership['learners'] = []) => ({
  voters,
  learners,
});

test('a raise waits until every voter and learner is connected and reads it; it is proposed once', () => {
  const levels = new FormatLevels(ada, program, NO_LEVELS);
  const all = membership([ada, bob], [cy]);
  const store = new Store();
  levels.greeted(bob, 2);
  expect(levels.due(all, store)).toEqual([]);
  levels.greeted(cy, 0);
  expect(levels.due(all, store)).toEqual([]);
  levels.greeted(cy, 3);
  expect(levels.due(all, store)).toEqual(raise);
  expect(levels.due(all, store)).toEqual([]);
  levels.lookAgain();
  expect(levels.due(all, store)).toEqual(raise);
});

test('whoever left may come back as another release', () => {
  const levels = new FormatLevels(ada, program, NO_LEVELS);
  levels.greeted(bob, 2);
  levels.left(bob);
  expect(levels.due(membership([ada, bob]), new Store())).toEqual([]);
});

test('what is raised is never lowered, and not raised again; a dump goes on', () => {
  const store = new Store();
  store.apply(1, '"format":{"level":2}');
  store.apply(2, '"format":{"level":1}');
  expect(store.formatLevel).toBe(2);
  expect(new FormatLevels(ada, program, NO_LEVELS).due(membership([ada]), store)).toEqual([]);
  const levels = new FormatLevels(ada, program, NO_LEVELS);
  levels.greeted(bob, 2);
  const again = new FormatLevels(ada, program, levels.dump());
  expect(again.due(membership([ada, bob]), new Store())).toEqual(raise);
});

test('a checkpoint says its level, and one of the first level says nothing of it', () => {
  const store = new Store();
  expect([...store.lines()][0]).not.toContain('format');
  store.apply(1, '"format":{"level":2}');
  const lines = [...store.lines()];
  expect(lines[0]).toMatch(/"members":0,"format":2\}\}$/);
  expect(Store.fromCheckpoint(lines, 1).formatLevel).toBe(2);
  expect(Store.load(store.dump()).formatLevel).toBe(2);
});
