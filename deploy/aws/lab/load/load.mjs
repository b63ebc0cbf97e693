// Writes and reads from the client's host until FOLDER/stop is there: load.mjs FOLDER RUN. Each key is written once,
// so that afterwards its version says whether the write was lost, or happened twice. Says in one line of JSON what
// came of it: by writer how many writes were acknowledged, what failed, wrong reads, and the longest wait in
// milliseconds, a client's start included.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';

const [folder = '.', name = 'load'] = process.argv.slice(2);
const WRITERS = 3;
// The command relevo takes its lines whole, then works them off: so they come in small batches.
const WRITES_IN_BATCH = 50;

const isOver = () => existsSync(join(folder, 'stop'));
const result = { acknowledged: [], failed: 0, wrong: 0, longestMs: 0, firstError: '' };

await Promise.all(Array.from({ length: WRITERS }, (_, writer) => writeUntilOver(writer)));
console.log(JSON.stringify(result));

async function writeUntilOver(writer) {
  let written = 0;
  while (!isOver()) {
    const numbers = Array.from({ length: WRITES_IN_BATCH }, (_, at) => written + at);
    const done = await batch(`${name}/${writer}`, numbers);
    written += done;
    if (done < WRITES_IN_BATCH) break;
  }
  result.acknowledged[writer] = written;
}

/** Each key is written, then read. Gives how many writes were acknowledged, one after the other. */
function batch(prefix, numbers) {
  return new Promise((resolve) => {
    const client = spawn('/usr/local/bin/relevo', ['--output', 'ndjson'], { stdio: 'pipe' });
    let answers = 0;
    let last = performance.now();
    createInterface({ input: client.stdout }).on('line', (line) => {
      const now = performance.now();
      result.longestMs = Math.max(result.longestMs, Math.round(now - last));
      last = now;
      const number = numbers[answers >> 1];
      if (answers % 2 === 1 && JSON.parse(line).value !== String(number)) result.wrong += 1;
      answers += 1;
    });
    createInterface({ input: client.stderr }).on('line', fail);
    client.on('error', (error) => fail(error.message));
    client.on('close', (status) => {
      if (status !== 0) fail(`the client ended with ${status}`);
      resolve((answers + 1) >> 1);
    });
    client.stdin.on('error', () => fail('the client takes no input'));
    const lines = numbers.map((at) => `set ${prefix}/${at} ${at}\nget ${prefix}/${at}\n`);
    client.stdin.end(lines.join(''));
  });
}

function fail(error) {
  result.failed += 1;
  if (result.firstError === '') result.firstError = error;
}
