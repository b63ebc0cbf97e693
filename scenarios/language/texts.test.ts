import { parseTexts } from './texts.js';

const WHOLE = '# Title\n\nAbout\nit.\n\n## one: First\n\nIt happens.\n\n> It is\n> proved.\n';

describe('the texts of a scenario', () => {
  test('are a title, what it is about, and three texts for each step', () => {
    const { title, about, steps } = parseTexts('t.md', WHOLE);
    expect({ title, about }).toEqual({ title: 'Title', about: 'About it.' });
    expect(steps.get('one')).toEqual({
      ...{ title: 'First', happens: 'It happens.', proves: 'It is proved.' },
    });
  });

  test.each([
    ['Title', 't.md:1:1: expected a title'],
    ['# Title\n', 't.md:2:1: expected what the scenario is about'],
    ['# Title\nAbout.\n## one\n', 't.md:3:1: expected a step, once'],
    [`${WHOLE}## one: Again\n`, 'expected a step, once'],
    ['# T\nAbout.\n## one: First\n> Proof.', 'expected what happens in step one'],
    ['# T\nAbout.\n## one: First\nIt happens.', 'expected what step one proves'],
  ])('%j is refused', (text, message) => {
    expect(() => parseTexts('t.md', text)).toThrow(message);
  });
});
