/** `npm run follower`: a node. */
import process from 'node:process';
import { runNode } from '#node';

await runNode(false, process.argv.slice(2));
