/** As services/follower/main.ts, but faults can be inflicted on it: for the cluster of `npm start`, and for lessons. */
import { runBreakableNode } from '../breakable-node.js';

await runBreakableNode(false);
