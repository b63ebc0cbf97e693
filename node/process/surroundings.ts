/**
 * What stands between a replica and the world: the real disk and the real streams. An entry point of tests
 * puts decorators of these ports in between; a node as it is shipped has none.
 */
import type { NodeId } from '#raft';
import type { InflictRequest } from '#rpc/generated/relevo/v1/observe';
import type { Disk, DiskCompletion, Steps } from '#storage';
import type { Program } from '#rpc/versions';
import type { Ports, ReplicaEvent } from '../ports.js';
import { FileDisk } from './disk.js';

/** A disk as a process needs it: it recovers the directory before there is a replica, and is closed after it. */
export interface NodeDisk extends Disk {
  /** Told how long each write and sync of the log took, in seconds; beside those who asked before. */
  onSync(listener: (seconds: number) => void): void;
  /** Drives recovery or initialisation to its end. */
  runStart<Result>(steps: Steps<Result>): Promise<Result>;
  /** Closes what is open, once everything submitted is done. */
  close(): Promise<void>;
}

/** Bytes that were sent to a peer and that this process still holds. */
export type Unsent = (peer: NodeId) => number;

/** Breaks this process's disk and network, and mends them; entry points for tests and lessons have one. */
export interface Inflictor {
  /** Null: done; else why not. 0 ms: for as long as usual. */
  inflict(fault: InflictRequest['fault'], lastsMs: number): string | null;
  /** What is broken now, in words; other nodes stand as # and id. */
  active(): readonly string[];
  /** Peers to which nothing is sent any more. */
  cuts(): readonly number[];
  /** The machine that it works on, once that stands; and who is told when what is broken changes. */
  attach(handle: (event: ReplicaEvent) => void, changed: () => void): void;
}

export interface Surroundings {
  /** `deliver` takes the completions of what is submitted. */
  disk(root: string, deliver: (completions: DiskCompletion[]) => void): NodeDisk;
  ports(ports: Ports, unsent: Unsent): Ports;
  /** Left out: nothing can be inflicted. */
  readonly inflictor?: Inflictor;
  /** Left out: this release. Otherwise the node is one of another: it says, reads and writes what that would. */
  readonly program?: Program;
}

/** The world itself. */
export const THE_WORLD: Surroundings = {
  disk: (root, deliver) => new FileDisk(root, deliver),
  ports: (ports) => ports,
};
