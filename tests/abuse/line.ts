/** A trial as one line for people, and the words of its offenders on request. */
import type { Judged } from './course.js';
import { growths } from './verdict.js';

const NAME_WIDTH = 20;

export function lineOf({ name, trial, violations }: Judged): string {
  const { before, during, peaks } = trial;
  const [most] = growths(trial);
  const files = Math.max(...[...peaks.values()].map((peak) => peak.files));
  const verdict = violations.length === 0 ? 'ok' : `VIOLATED: ${violations.join('; ')}`;
  return (
    `${name.padEnd(NAME_WIDTH)} ${during.requests} requests, ${during.newcomers} newcomers, ` +
    `${during.failures.length} failed, ` +
    `${during.notReady} times not ready; p99 ${before.p99Ms.toFixed(1)} -> ${during.p99Ms.toFixed(1)} ms ` +
    `(machine ${trial.machineStallMs.toFixed(0)}); ` +
    `+${(most?.mib ?? 0).toFixed(0)} MiB (${most?.name ?? 'nobody'}), ${files} files at most; ${verdict}`
  );
}

export function detailsOf({ trial }: Judged): readonly string[] {
  return trial.findings.map(({ what, told }) => `    ${what}${told === '' ? '' : `: ${told}`}`);
}
