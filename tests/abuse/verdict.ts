/** What must hold while a cluster is attacked, and whether it did. */
import type { Finding } from './attacks/attack.js';
import type { Window } from './healthy.js';
import type { Holding } from './processes.js';

export interface Trial {
  readonly before: Window;
  readonly during: Window;
  /** The longest time for which the healthy client's own process did not run. */
  readonly machineStallMs: number;
  /** By process. */
  readonly held: ReadonlyMap<string, Holding>;
  readonly peaks: ReadonlyMap<string, Holding>;
  /** What still has files open afterwards that it had not before. */
  readonly leftovers: readonly string[];
  readonly leaderBefore: string;
  readonly leaderAfter: string;
  readonly findings: readonly Finding[];
  /** Left out: `P99_MS_FLOOR`. */
  readonly p99MsFloor?: number | undefined;
}

/** The healthy client's p99 may be so many times what it was, or so many ms, whichever is more; and what the machine itself stood still. */
export const P99_TIMES_MAX = 5;
export const P99_MS_FLOOR = 250;
/** A process may hold so much more at its worst than when the attack began, MiB. */
export const GROWTH_MIB_MAX = 320;

/** Everything that was violated; none: passed. */
export function violationsOf(trial: Trial): readonly string[] {
  const { before, during, leftovers, leaderBefore, leaderAfter, findings } = trial;
  const failures = [...before.failures, ...during.failures];
  const allowed = Math.max(trial.p99MsFloor ?? P99_MS_FLOOR, before.p99Ms * P99_TIMES_MAX);
  const p99MsMax = allowed + trial.machineStallMs;
  return [
    ...(during.requests === 0 ? ['the healthy client was not served at all'] : []),
    ...(during.newcomers === 0 ? ['no new client was served'] : []),
    ...(failures.length > 0 ? [`${failures.length} healthy requests failed: ${failures[0]}`] : []),
    ...(during.p99Ms > p99MsMax
      ? [`p99 ${during.p99Ms.toFixed(1)} ms, at most ${p99MsMax.toFixed(1)} allowed`]
      : []),
    ...growths(trial)
      .filter(({ mib }) => mib > GROWTH_MIB_MAX)
      .map(({ name, mib }) => `${name} grew by ${mib.toFixed(0)} MiB, over ${GROWTH_MIB_MAX}`),
    ...leftovers,
    ...(leaderBefore === leaderAfter
      ? []
      : [`the leader changed: ${leaderBefore}, ${leaderAfter}`]),
    ...findings.flatMap(({ flaw }) => (flaw === null ? [] : [flaw])),
  ];
}

/** How much more each process held at its worst, the most first. */
export function growths(
  trial: Pick<Trial, 'held' | 'peaks'>,
): readonly { readonly name: string; readonly mib: number }[] {
  return [...trial.peaks]
    .map(([name, peak]) => {
      const before = trial.held.get(name)?.residentMiB ?? 0;
      return { name, mib: Math.max(0, peak.residentMiB - before) };
    })
    .sort((a, b) => b.mib - a.mib);
}
