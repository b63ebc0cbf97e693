/** What `npm run verify` finds without compiling anything must be right in a clone's `npm test` too. */
import { runNode, ROOT } from './tree.js';

const QUICK = [
  'dependency rules',
  'protocol lint',
  'generated code is fresh',
  '.env.example equals the schema',
  'no big files',
];

describe('verify', () => {
  test('R6 R11 its quick checks pass: rules, protocol, generated code, .env.example', () => {
    const { status, output } = runNode(ROOT, 'scripts/verify.js', ...QUICK);
    expect(output).toContain(`${QUICK.length} passed, 0 failed`);
    expect(status).toBe(0);
  });

  test('a check that does not exist is a usage error that names those that do', () => {
    const { status, output } = runNode(ROOT, 'scripts/verify.js', 'spelling');
    expect(status).toBe(2);
    expect(output).toContain('No check is named spelling');
    expect(output).toContain('dependency rules');
  });
});
