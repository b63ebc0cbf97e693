/** The steps in their order, each timed; the first that fails ends the course. */
import type { Lab } from './lab.js';
import { authority } from './steps/authority.js';
import { boot } from './steps/boot.js';
import { certificates } from './steps/certificates.js';
import { doors } from './steps/doors.js';
import { frozen } from './steps/frozen.js';
import { leaderKilled } from './steps/leader-killed.js';
import { rerun } from './steps/rerun.js';
import { volumeGrown } from './steps/volume-grown.js';
import { volumeLost } from './steps/volume-lost.js';
import type { Step } from './steps/step.js';
import { rollBack, upgrade } from './steps/upgrade.js';
import { volumesRefused } from './steps/volumes-refused.js';
import { writeRead } from './steps/write-read.js';

export const STEPS: readonly Step[] = [
  boot,
  writeRead,
  doors,
  leaderKilled,
  volumesRefused,
  rerun,
  frozen,
  upgrade,
  rollBack,
  certificates,
  authority,
  volumeGrown,
  volumeLost,
];

export interface Done {
  readonly name: string;
  readonly seconds: number;
  /** Figures, or why it failed. */
  readonly said: string;
  readonly isGood: boolean;
}

export async function runCourse(
  lab: Lab,
  steps: readonly Step[],
  say: (line: string) => void,
): Promise<readonly Done[]> {
  const done: Done[] = [];
  for (const step of steps) {
    const begun = performance.now();
    const [isGood, said] = await step.run(lab).then(
      (figures) => [true, figures] as const,
      (error: unknown) => [false, error instanceof Error ? error.message : String(error)] as const,
    );
    const seconds = (performance.now() - begun) / 1000;
    done.push({ name: step.name, seconds, said, isGood });
    say(lineOf({ name: step.name, seconds, said, isGood }));
    if (!isGood) break;
  }
  return done;
}

export const lineOf = ({ name, seconds, said, isGood }: Done): string =>
  `${isGood ? 'ok  ' : 'FAIL'} ${seconds.toFixed(1).padStart(6)} s  ${name.padEnd(16)} ${said}`;
