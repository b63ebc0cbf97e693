/** What a client process is told to do. It comes as JSON in its environment. */
export const PLAN = 'NEMESIS_CLIENT';

export interface ClientPlan {
  readonly name: string;
  /** From 1; callers of all clients have different numbers. */
  readonly number: number;
  readonly store: 'relevo' | 'etcd' | 'etcd-serializable';
  /** `host:port` each, in the order in which they are tried. */
  readonly endpoints: readonly string[];
  readonly slots: { readonly registers: number; readonly counters: number; readonly pairs: number };
  /** Of the reads; stale reads are judged by what they are promised. */
  readonly staleShare: number;
  /** Between two calls of one caller, on average, in milliseconds. */
  readonly thinkMs: number;
  readonly seed: number;
  /** Lines of record.ts are appended to it. */
  readonly file: string;
}
