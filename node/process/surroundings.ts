/**
 * What stands between a replica and the world: the real disk and the real streams. An entry point of tests
 * puts decorators of these ports in between; a node as it is shipped has none.
 */
import type { NodeId } from '#raft';
import type { Disk, DiskCompletion, Steps } from '#storage';
import type { Program } from '#rpc/versions';
import type { Ports } from '../ports.js';
import { FileDisk } from './disk.js';

/** A disk as a process needs it: it recovers the directory before there is a replica, and is closed after it. */
export interface NodeDisk extends Disk {
  /** Told how long each write and sync of the log took, in seconds. */
  onSync(listener: (seconds: number) => void): void;
  /** Drives recovery or initialisation to its end. */
  runStart<Result>(steps: Steps<Result>): Promise<Result>;
  /** Closes what is open, once everything submitted is done. */
  close(): Promise<void>;
}

/** Bytes that were sent to a peer and that this process still holds. */
export type Unsent = (peer: NodeId) => number;

export interface Surroundings {
  /** `deliver` takes the completions of what is submitted. */
  disk(root: string, deliver: (completions: DiskCompletion[]) => void): NodeDisk;
  ports(ports: Ports, unsent: Unsent): Ports;
  /** Left out: this release. Otherwise the node is one of another: it says, reads and writes what that would. */
  readonly program?: Program;
}

/** The world itself. */
export const THE_WORLD: Surroundings = {
  disk: (root, deliver) => new FileDisk(root, deliver),
  ports: (ports) => ports,
};
