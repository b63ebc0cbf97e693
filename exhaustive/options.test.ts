import { optionsOf } from './options.js';
import { CI, NIGHTLY } from './plan.js';

describe('npm run exhaust', () => {
  test('searches the worlds of every run, or those of the night', () => {
    expect(optionsOf([]).plans).toBe(CI);
    expect(optionsOf(['--ci']).plans).toBe(CI);
    expect(optionsOf(['--nightly']).plans).toBe(NIGHTLY);
  });

  test('searches one world as it is told', () => {
    const { plans, depthMax } = optionsOf(
      '--terms 4 --drops any --logs 1;;2,2 --depth 9'.split(' '),
    );
    expect(plans).toHaveLength(1);
    expect(plans[0]?.bound).toMatchObject({ terms: 4, drops: 'any', logs: [[1], [], [2, 2]] });
    expect(depthMax).toBe(9);
  });

  test.each([
    ['--terms few', '--terms is "few"; a whole number is needed'],
    ['--logs 1;2', '--logs is "1;2"; three lists are needed'],
    ['--nodes 5', "Unknown option '--nodes'"],
  ])('%s is refused', (line, reason) => {
    expect(() => optionsOf(line.split(' '))).toThrow(reason);
  });
});
