/** A node as it is shipped, with something to break between it and the world. */
import process from 'node:process';
import { FileDisk } from '../process/disk.js';
import { runNode } from '../process/run.js';
import type { Surroundings } from '../process/surroundings.js';
import { BreakableDisk } from './breakable-disk.js';
import { BreakableNetwork } from './breakable-network.js';
import { FaultBook } from './fault-book.js';

export async function runBreakableNode(bornLeader: boolean): Promise<void> {
  const book = new FaultBook();
  const surroundings: Surroundings = {
    inflictor: book,
    disk: (root, deliver) => new BreakableDisk(new FileDisk(root, deliver), deliver, book),
    ports: (ports) => ({ ...ports, network: new BreakableNetwork(ports.network, book) }),
  };
  await runNode(bornLeader, process.argv.slice(2), surroundings);
}
