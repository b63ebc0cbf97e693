/** `npm run proxy`: a proxy until it is told to stop. */
import process from 'node:process';
import { runProxy } from './run.js';

await runProxy(process.argv.slice(2));
