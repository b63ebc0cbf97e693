/** `relevo-aws VERB`: see USAGE. */
import { join } from 'node:path';
import process from 'node:process';
import { runOperator } from './run.js';
import { Complaint, realWorld } from './world.js';

const directory = join(process.cwd(), 'relevo-certificates');
try {
  process.exitCode = await runOperator(process.argv.slice(2), realWorld(), directory);
} catch (error) {
  if (!(error instanceof Complaint)) throw error;
  process.stderr.write(`relevo-aws: ${error.message}\n`);
  process.exitCode = 1;
}
