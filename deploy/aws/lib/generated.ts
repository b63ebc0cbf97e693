/** What stands in template/, for those who have no CDK and those who look first. */
import { pictureOf } from './picture.js';
import { planOf } from './plan.js';
import { PROFILES } from './profile.js';
import { templatesOf } from './synthesis.js';

/** Texts by file name. */
export function generatedFiles(): ReadonlyMap<string, string> {
  const minimal = templatesOf(planOf('relevo', PROFILES.minimal, 3));
  const production = templatesOf(planOf('relevo', PROFILES.production, 3));
  const json = (value: unknown): string => `${JSON.stringify(value, null, 1)}\n`;
  return new Map([
    ['relevo-minimal-data.template.json', json(minimal.data)],
    ['relevo-minimal-hosts.template.json', json(minimal.hosts)],
    ['minimal.svg', pictureOf('minimal', minimal)],
    ['production.svg', pictureOf('production', production)],
  ]);
}
