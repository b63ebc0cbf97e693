/** What programs say of themselves is what the package says. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROGRAM } from '#rpc/versions';
import { ROOT } from './tree.js';

test('the release in greetings is that of package.json', () => {
  const text = readFileSync(join(ROOT, 'package.json'), 'utf8');
  expect(PROGRAM.release).toBe((JSON.parse(text) as { version: string }).version);
});
