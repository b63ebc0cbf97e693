/** What a performance came to: plain data, of which reports are made. Times are in ms since it began. */
import type { NodeStanding, StateFile } from './stage.js';

/** `skipped`: it belongs to the scenario's other run. `unreached`: something failed before it. */
export type StatementVerdict = 'held' | 'failed' | 'skipped' | 'unreached';

export interface StatementRecord {
  readonly line: number;
  readonly text: string;
  readonly verdict: StatementVerdict;
  /** What was seen. */
  readonly words: string;
  readonly atMs: number;
  readonly tookMs: number;
}

export interface StepRecord {
  readonly id: string;
  readonly passed: boolean;
  readonly beganMs: number;
  readonly endedMs: number;
  readonly statements: readonly StatementRecord[];
  /** What nodes said and others did meanwhile; a bounded number. */
  readonly remarks: readonly RemarkRecord[];
}

export interface RemarkRecord {
  readonly atMs: number;
  /** Empty: nobody's. */
  readonly name: string;
  readonly text: string;
}

/** What a node was for a while. */
export interface Span {
  readonly name: string;
  readonly state: NodeStanding;
  readonly role: string;
  readonly term: number;
  readonly fromMs: number;
  readonly toMs: number;
}

export type MomentKind = 'kill' | 'start' | 'pause' | 'fault' | 'write' | 'read';

/** Something that was done. */
export interface Moment {
  readonly atMs: number;
  /** Of the node; empty: through the proxy, or of all. */
  readonly name: string;
  readonly kind: MomentKind;
  readonly text: string;
  readonly ok: boolean;
}

export interface PerformanceRecord {
  readonly scenario: string;
  /** With which wrong practice; null: with none. */
  readonly ruleOff: string | null;
  readonly fast: boolean;
  readonly passed: boolean;
  readonly tookMs: number;
  readonly names: readonly string[];
  readonly steps: readonly StepRecord[];
  readonly spans: readonly Span[];
  readonly moments: readonly Moment[];
  /** At the end. */
  readonly files: readonly (StateFile & { readonly name: string })[];
}
