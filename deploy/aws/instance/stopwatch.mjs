// What a client sees while something happens to the cluster: writes one after the other, through the command
// relevo, for so many seconds; then says in one line of JSON how many were acknowledged, how many failed, and the
// longest time between two acknowledged writes, in milliseconds: stopwatch.mjs SECONDS [COMMAND...]
import { spawn } from 'node:child_process';
import process from 'node:process';
import { createInterface } from 'node:readline';

// The command takes its input whole, then works it off line by line: more lines than it can come to.
const WRITES_PER_SECOND_MAX = 4000;

const [seconds = '60', ...given] = process.argv.slice(2);
const [command, ...words] = given.length > 0 ? given : ['/usr/local/bin/relevo'];
const client = spawn(command, [...words, '--output', 'ndjson'], { stdio: 'pipe' });

let acknowledged = 0;
let failed = 0;
let longestMs = 0;
let firstError = '';
let last = null;
let isOver = false;

client.on('error', (error) => give(error.message));
client.on('close', (status) => {
  if (!isOver) give(`the client ended before its time, with ${status}`);
  console.log(
    JSON.stringify({ acknowledged, failed, longestMs: Math.round(longestMs), firstError }),
  );
  process.exit(0);
});
createInterface({ input: client.stdout }).on('line', () => {
  const now = performance.now();
  // The time begins with the first acknowledged write: before it the client only gets ready.
  if (last === null) setTimeout(stop, Number(seconds) * 1000);
  else longestMs = Math.max(longestMs, now - last);
  last = now;
  acknowledged += 1;
});
createInterface({ input: client.stderr }).on('line', give);
client.stdin.on('error', () => give('the client takes no input'));
const count = Number(seconds) * WRITES_PER_SECOND_MAX;
client.stdin.end(Array.from({ length: count }, (_, at) => `set stopwatch ${at}\n`).join(''));

function stop() {
  isOver = true;
  // Whatever has been silent up to now counts too.
  longestMs = Math.max(longestMs, performance.now() - last);
  client.kill('SIGKILL');
}

function give(error) {
  failed += 1;
  if (firstError === '') firstError = error;
}
