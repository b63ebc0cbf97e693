/** `--list`: which scenarios there are, where they can be performed, and what they prove. */
import type { Lesson } from '../files.js';
import { needsOf, type Language } from '../language/index.js';

export function listing(lessons: readonly Lesson[], language: Language): readonly string[] {
  return lessons.flatMap(({ scenario, texts }) => {
    const { title, steps } = texts[language];
    const where = needsOf(scenario).stages === 'processes' ? 'processes, simulator' : 'simulator';
    return [
      `${scenario.name}  (${where}): ${title}`,
      ...scenario.steps.map(({ id }) => `    ${id}: ${steps.get(id)?.proves ?? ''}`),
      '',
    ];
  });
}
