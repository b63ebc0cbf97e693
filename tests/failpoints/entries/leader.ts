/** Stands for services/leader/main.ts in a run with failpoints. */
import { runFailpointNode } from '../wiring/node.js';

await runFailpointNode(true);
