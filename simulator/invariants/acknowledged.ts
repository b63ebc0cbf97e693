/**
 * Acknowledged means committed: when a client hears that its write is done, the entry that does it is
 * durable on a majority, and nothing can undo it (Raft paper, 5.3; section 8).
 */
import type { Entry } from '#raft';
import { decodeCommand } from '#kv';
import { PropertyBroken } from './broken.js';

export class Acknowledged {
  /** `session:sequence` of every write that was ever committed. */
  private readonly writes = new Map<string, number>();

  committed(entry: Entry): void {
    if (entry.body.kind !== 'command') return;
    const command = decodeCommand(entry.body.text);
    if (command.kind !== 'write') return;
    const name = `${String(command.session)}:${String(command.sequence)}`;
    this.writes.set(name, (this.writes.get(name) ?? 0) + 1);
  }

  acknowledged(requestId: string): void {
    if (this.writes.has(requestId)) return;
    throw new PropertyBroken(
      'acknowledged means committed',
      `${requestId} was acknowledged and is not committed`,
    );
  }

  /** Writes that stand in the log more than once; exactly-once is then the state machine's part. */
  get doubled(): number {
    let doubled = 0;
    for (const count of this.writes.values()) if (count > 1) doubled += 1;
    return doubled;
  }
}
