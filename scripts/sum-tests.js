// Adds up jest's --json reports and prints one plain line: N passed, N failed. A report that is not
// there is a run that did not finish, which is a failure.
import { readFileSync } from 'node:fs';
import process from 'node:process';

let passed = 0;
let failed = 0;
for (const path of process.argv.slice(2)) {
  try {
    const report = JSON.parse(readFileSync(path, 'utf8'));
    passed += report.numPassedTests;
    // A file that can't even be loaded has no tests to count.
    failed += report.numFailedTests + report.numRuntimeErrorTestSuites;
  } catch (error) {
    console.error(`${path} can't be read (${error.message}): that test run did not finish.`);
    failed += 1;
  }
}
if (process.argv.length < 3) failed += 1;
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
