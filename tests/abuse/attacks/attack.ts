/** What an attack is, and what it found out about the face that it was played against. */
import type { Target } from '../wire/raw-connection.js';

/** The ports of one process each: the proxy's and a node's for clients, a node's for peers, and for HTTP. */
export const FACES = ['proxy', 'node', 'peer', 'http'] as const;
export type Face = (typeof FACES)[number];
export type Targets = Readonly<Record<Face, Target>>;

export interface Finding {
  /** What was done, and what came of it, with numbers. */
  readonly what: string;
  /** What the offender was told, in the server's words. */
  readonly told: string;
  /** What was not as it has to be; null if all was. */
  readonly flaw: string | null;
}

export interface Attack {
  readonly name: string;
  readonly against: readonly Face[];
  /** What the healthy client's p99 may be at least, ms; left out: what it may be under any attack. */
  readonly p99MsFloor?: number;
  play(target: Target, face: Face): Promise<Finding>;
}

export const GRPC_FACES: readonly Face[] = ['proxy', 'node', 'peer'];

/** The one stream of each gRPC face. */
export function streamPath(face: Face): string {
  return face === 'peer' ? '/relevo.v1.Peer/Connect' : '/relevo.v1.Session/Connect';
}

/** `flaw` is the first of these that is true. */
export function finding(
  what: string,
  told: string | undefined,
  flaws: Readonly<Record<string, boolean>>,
): Finding {
  const flaw = Object.entries(flaws).find(([, isTrue]) => isTrue)?.[0] ?? null;
  return { what, told: told ?? '', flaw };
}
