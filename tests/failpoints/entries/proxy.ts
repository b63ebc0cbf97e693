/** Stands for services/proxy/main.ts in a run with failpoints. */
import { runFailpointProxy } from '../wiring/proxy.js';

await runFailpointProxy();
