#!/usr/bin/env node
// Stands in for the command aws: hands its words to the lab, which answers as Amazon would. Files are read and
// written here, as the real command does.
import { readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import process from 'node:process';
import { buffer } from 'node:stream/consumers';

if (process.argv[2] === '--version') {
  console.log('aws-cli/0 (the lab’s stand-in)');
  process.exit(0);
}

const words = process.argv.slice(2);
/** What stands in files that are named as values. */
const files = Object.fromEntries(
  words
    .filter((word) => word.startsWith('file://'))
    .map((word) => [word, readFileSync(word.slice('file://'.length), 'utf8')]),
);
const [service, verb] = words;
const isCopy = service === 's3' && verb === 'cp';
const [from = '', to = ''] = isCopy ? words.slice(2).filter((word) => !word.startsWith('--')) : [];
const isUpload = isCopy && !from.startsWith('s3://');

const call = request({
  host: '169.254.169.254',
  path: `/aws?words=${encodeURIComponent(JSON.stringify(words))}`,
  method: 'POST',
});
call.on('error', (error) => {
  console.error(`Could not connect to the endpoint URL: ${error.message}`);
  process.exit(253);
});
call.on('response', async (response) => {
  const answer = await buffer(response);
  const status = Number(response.headers['x-exit-status']);
  if (status !== 0) console.error(answer.toString());
  else if (isCopy && !isUpload && to !== '-') writeFileSync(to, answer);
  else process.stdout.write(answer);
  process.exitCode = status;
});
call.end(isUpload ? readFileSync(from) : JSON.stringify(files));
