/** Where the page's pictures come from. One view shows all of them. */
import type { ClusterSight, FeedLine } from '#rpc/generated/relevo/v1/sight';
import type { Act, CallSight, ForkedNode, Script } from '#simulator/playground';
import type { LessonStep } from './messages.js';

/** The cluster at one moment. */
export interface Frame {
  readonly sight: ClusterSight;
  /** So many lines the feed had by then. */
  readonly said: number;
  /** Playground: so many events were handled. */
  readonly events: number;
}

export interface ActAnswer {
  readonly ok: boolean;
  readonly reason?: string;
  /** Of a get: what was there; null: nothing. */
  readonly value?: string | null;
  readonly revision?: number;
  readonly servedBy?: string;
}

export interface ShownPair {
  readonly key: string | null;
  readonly value: string | null;
  readonly modRevision: number;
  readonly version: number;
}

export interface ShownFile {
  readonly path: string;
  readonly bytes: number;
}

export interface SourceEvents {
  /** Newer than all before, but after `restarted`. */
  frame(frame: Frame): void;
  lines(lines: readonly FeedLine[]): void;
  /** What was shown before is another story: frames and lines begin anew. */
  restarted(): void;
  /** Null: all is well; else what is wrong, for people. */
  trouble(text: string | null): void;
  calls(calls: readonly CallSight[]): void;
  /** Of a lesson: its steps, once it was performed; and that the one that was played is over. */
  lesson?(steps: readonly LessonStep[]): void;
  held?(): void;
}

export interface Source {
  readonly kind: 'live' | 'playground' | 'recording';
  /** Why nothing can be done here; null: acts are taken. */
  readonly readOnly: string | null;
  act(act: Act): Promise<ActAnswer>;
  /** `node` 0: through the proxy. */
  keys(node: number, prefix: string): Promise<readonly ShownPair[]>;
  versions(key: string): Promise<readonly ShownPair[]>;
  files(node: number): Promise<readonly ShownFile[]>;
  readFile(node: number, path: string): Promise<string>;
  close(): void;
}

/** Time can be held here, and taken back. */
export interface Playable extends Source {
  readonly kind: 'playground';
  /** So many ms of its time in one of ours; 0: it stands. */
  play(speed: number): void;
  /** The next event alone. */
  step(): void;
  /** Of a lesson: what it does between these moments, ms. */
  playTo(fromMs: number, toMs: number): void;
  /** From there on it is another story. */
  forkAt(events: number): Promise<void>;
  script(): Promise<{ readonly script: Script; readonly link: string; readonly hash: string }>;
}

export type { Act, CallSight, ForkedNode, Script };
