// `npm run verify`: everything that can be checked about the tree without running it. Reads only;
// what it has to generate goes into a temporary directory. Prints each check's time, and for each
// one that fails what it said and the command that mends it. With names, only the checks of those
// names: npm run verify -- types lint
import { spawn } from 'node:child_process';
import process from 'node:process';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { bigFiles } from './verify/big-files.js';
import { envExample } from './verify/env-example.js';
import { generatedCode } from './verify/generated-code.js';
import { pureTypes } from './verify/pure-types.js';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

/** A package's command from node_modules, run by this very Node. */
const tool = (path, ...args) => ({ path: `node_modules/${path}`, args });

// Slowest first, so that the last one to finish is a short one.
const checks = [
  {
    name: 'lint',
    mend: 'npm run fix, then by hand what it leaves',
    run: tool('eslint/bin/eslint.js', '--max-warnings', '0', '.'),
  },
  { name: 'types', mend: 'by hand', run: tool('typescript/bin/tsc', '-p', 'tsconfig.json') },
  {
    name: 'types of the pure rooms',
    mend: 'by hand: no Node, no clock, no I/O in a pure room',
    run: pureTypes,
  },
  {
    name: 'types of the page',
    mend: 'by hand, in dashboard/',
    run: tool('typescript/bin/tsc', '-p', 'dashboard/tsconfig.json'),
  },
  {
    name: 'format',
    mend: 'npm run fix',
    run: tool('prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'),
  },
  {
    name: 'dependency rules',
    mend: 'by hand: .dependency-cruiser.cjs says who may import whom, and why',
    run: tool(
      'dependency-cruiser/bin/dependency-cruise.mjs',
      '--config',
      '.dependency-cruiser.cjs',
      '.',
    ),
  },
  {
    name: 'protocol lint',
    mend: 'by hand, in proto/',
    run: tool('@bufbuild/buf/bin/buf', 'lint'),
  },
  { name: 'generated code is fresh', mend: 'npm run generate', run: generatedCode },
  { name: '.env.example equals the schema', mend: 'npm run env-example', run: envExample },
  {
    name: "requirements' tests are listed",
    mend: 'npm run requirements',
    run: { path: 'scripts/requirements.js', args: ['--check'] },
  },
  { name: 'no big files', mend: 'keep it out of the repository', run: bigFiles },
];

// Two at a time: most machines that run this have two cores, and each check uses one.
const AT_ONCE = 2;

const failed = [];
const waiting = chosen(process.argv.slice(2));
const total = waiting.length;
const begun = performance.now();
await Promise.all(Array.from({ length: AT_ONCE }, worker));
report();

function chosen(names) {
  const known = checks.map(({ name }) => name);
  const wrong = names.filter((name) => !known.includes(name));
  if (wrong.length > 0) {
    console.error(`No check is named ${wrong.join(', ')}; there are: ${known.join(', ')}.`);
    process.exit(2);
  }
  return checks.filter(({ name }) => names.length === 0 || names.includes(name));
}

async function worker() {
  for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
    const start = performance.now();
    const problem = await problemOf(check.run);
    const seconds = ((performance.now() - start) / 1000).toFixed(1).padStart(5);
    console.log(`${problem === null ? 'ok  ' : 'FAIL'} ${seconds} s  ${check.name}`);
    if (problem !== null) failed.push({ ...check, problem });
  }
}

function report() {
  for (const { name, problem, mend } of failed) {
    console.error(`\n--- ${name}\n${problem.trim()}\n--- to mend it: ${mend}`);
  }
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  console.log(`\n${total - failed.length} passed, ${failed.length} failed in ${seconds} s`);
  process.exitCode = failed.length === 0 ? 0 : 1;
}

/** What is wrong, in words, or null. */
async function problemOf(run) {
  if (typeof run !== 'function') return problemOfTool(run);
  try {
    return await run();
  } catch (error) {
    return `The check itself broke: ${error.stack ?? error}`;
  }
}

function problemOfTool({ path, args }) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [path, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (data) => (output += data));
    child.stderr.on('data', (data) => (output += data));
    child.on('error', (error) => resolve(`${path} can't be started: ${error.message}`));
    child.on('close', (code) =>
      resolve(code === 0 ? null : output || `${path} exited with ${code}.`),
    );
  });
}
