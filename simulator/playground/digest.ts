/** The whole world as one number. */
import { Trace } from '../trace.js';
import type { PlayWorld } from './play-world.js';

export function digestOf(world: PlayWorld): string {
  const digest = new Trace();
  digest.mixText(world.trace.hash);
  digest.mix(world.events);
  for (const node of world.nodes) {
    digest.mixText(`${node.name} ${node.state} ${String(node.incarnation)}`);
    for (const [path, bytes] of node.disk.files()) {
      digest.mixText(path);
      for (const byte of bytes) digest.mix(byte);
    }
    const { replica } = node;
    if (replica === null) continue;
    digest.mixText(JSON.stringify(replica.raft.dump()));
    digest.mixText(replica.store.hash());
  }
  return digest.hash;
}
