import { parseScenarioOptions } from './options.js';

describe('the options of npm run scenario', () => {
  test('a name is enough; everything else has a default', () => {
    expect(parseScenarioOptions(['one-node'], () => undefined)).toEqual({
      ...{ names: ['one-node'], list: false, all: false, fast: false, language: 'en' },
      ...{ where: null, saveDirectory: null, reportDirectory: null, brief: false },
    });
  });

  test('all of them', () => {
    const words = '--all --fast --lang es --in simulator --save s --report r --brief --list'.split(
      ' ',
    );
    expect(parseScenarioOptions(words, () => undefined)).toEqual({
      ...{ names: [], list: true, all: true, fast: true, language: 'es' },
      ...{ where: 'simulator', saveDirectory: 's', reportDirectory: 'r', brief: true },
    });
  });

  test.each([[[]], [['x', '--lang', 'de']], [['x', '--in', 'dreams']], [['--allofthem']]])(
    '%j is refused, and said why',
    (words) => {
      let said = '';
      expect(() => parseScenarioOptions(words, (text) => (said += text))).toThrow();
      expect(said).toContain('error:');
    },
  );
});
