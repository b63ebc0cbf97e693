// Writes the tests' column of docs/requirements.md: for each requirement, the tests whose names carry
// its number. With --check, writes nothing and exits 1 if the column is old.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';

const PAGE = new URL('../docs/requirements.md', import.meta.url);
const NONE = '-';

const tests = testsByRequirement();
const page = readFileSync(PAGE, 'utf8');
const fresh = page
  .split('\n')
  .map((line) => withTests(line))
  .join('\n');
if (!process.argv.includes('--check')) writeFileSync(PAGE, fresh);
else if (fresh !== page) {
  console.error('docs/requirements.md names other tests than there are: npm run requirements');
  process.exitCode = 1;
}

/** A row is `| R7 | what is required | tests |`; other lines stay as they are. */
function withTests(line) {
  const row = /^\| \*\*(R\d+)\*\* \| (.*) \| [^|]* \|$/.exec(line);
  if (row === null) return line;
  const [, number, statement] = row;
  return `| **${number}** | ${statement} | ${tests.get(number)?.join(', ') ?? NONE} |`;
}

function testsByRequirement() {
  const found = new Map();
  for (const path of testFiles()) {
    for (const number of numbersIn(readFileSync(new URL(`../${path}`, import.meta.url), 'utf8'))) {
      found.set(number, [...(found.get(number) ?? []), `\`${path}\``]);
    }
  }
  return found;
}

function testFiles() {
  const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '*.test.ts'], {
    cwd: new URL('..', import.meta.url),
    encoding: 'utf8',
  });
  const files = listed.split('\n').filter((name) => name !== '');
  return files.filter((name) => existsSync(new URL(`../${name}`, import.meta.url))).sort();
}

/** The numbers in the names of a file's tests and describes. */
function numbersIn(source) {
  const names = source.matchAll(/\b(?:test|it|describe)(?:\.each\([^]*?\))?\(\s*(['"`])(.*?)\1/g);
  return new Set([...names].flatMap(([, , name]) => name.match(/\bR\d+\b/g) ?? []));
}
