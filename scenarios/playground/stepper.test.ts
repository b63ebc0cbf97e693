import { rulesOf } from '#zoo/rules';
import { lessonOf, scenarioSource } from '../files.js';
import { runInPlayground } from './run-in-playground.js';
import { Stepper } from './stepper.js';

const stage = { resolve: rulesOf, sha256: (text: string) => String(text.length) };
const options = { ruleOff: false, fast: true };
const { scenario } = lessonOf(scenarioSource('three-servers'));

describe('R65 a scenario, stepped', () => {
  test('goes on by one step, and by one statement, and comes to the same record', () => {
    const stepper = new Stepper(scenario, options, stage);
    expect(stepper.playground.sight().members).toHaveLength(3);

    stepper.nextStep();
    expect(stepper.steps.map(({ id }) => id)).toEqual(['all-follow']);
    stepper.nextStatement();
    expect(stepper.current).toBe('first-leader');
    expect(stepper.statements.at(-1)).toMatchObject({
      ...{ text: 'until leader is ada within 20s', verdict: 'held' },
    });
    expect(stepper.record).toBeNull();

    for (const _ of scenario.steps) stepper.nextStep();
    stepper.nextStep();
    expect(stepper.record).toEqual(runInPlayground(scenario, options, stage));
  });

  test('goes on by some time, which changes nothing of what comes', () => {
    const stepper = new Stepper(scenario, options, stage);
    for (let i = 0; i < 20; i += 1) {
      const { atMs } = stepper.playground;
      stepper.play(100);
      expect(stepper.playground.atMs - atMs).toBeLessThan(200);
    }
    expect(stepper.record).toBeNull();
    stepper.play(60_000);
    expect(stepper.record).toEqual(runInPlayground(scenario, options, stage));
  });
});
