/** Stands for services/follower/main.ts in a run with failpoints. */
import { runFailpointNode } from '../wiring/node.js';

await runFailpointNode(false);
