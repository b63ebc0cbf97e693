/** `npm run leader`: a node that is born to lead; it asks for that once, on its very first start. */
import process from 'node:process';
import { runNode } from '#node';

await runNode(true, process.argv.slice(2));
