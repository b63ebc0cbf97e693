/**
 * How the authorities of a folder are replaced without an outage: for a while both are trusted everywhere, and each
 * certificate is of the old one or of the new one. What was done last stands in `authorities/rotation.json`.
 */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/**
 * `trust`: old and new are trusted, the old one signs. `issue`: the new one signs, and has signed all. `drop`: the new
 * one is trusted alone.
 */
export const ROTATION_STEPS = ['trust', 'issue', 'drop'] as const;
export type RotationStep = (typeof ROTATION_STEPS)[number];

/** A step that can't be taken now: the message says what is to be done first. */
export class OutOfOrder extends Error {
  override readonly name = 'OutOfOrder';
}

const STATE = join('authorities', 'rotation.json');

/** Null: no authority is being replaced. Throws if the file is not what it has to be. */
export function stepReached(directory: string): RotationStep | null {
  const path = join(directory, STATE);
  if (!existsSync(path)) return null;
  const { step } = JSON.parse(readFileSync(path, 'utf8')) as { readonly step: unknown };
  const reached = ROTATION_STEPS.find((each) => each === step);
  if (reached === undefined) throw new Error(`${path} names no step; ${ROTATION_STEPS.join(', ')}`);
  return reached;
}

export function rotationFile(step: RotationStep): { readonly path: string; readonly text: string } {
  return { path: STATE, text: `${JSON.stringify({ step })}\n` };
}

export function endRotation(directory: string): void {
  rmSync(join(directory, STATE), { force: true });
}

/** Throws OutOfOrder. Each step may be taken again, until the next one was taken. */
export function refuseOutOfOrder(step: RotationStep, reached: RotationStep | null): void {
  if (step === 'trust' && reached !== null && reached !== 'trust') {
    throw new OutOfOrder(
      `the rotation has come to "${reached}" already: go on with "${reached === 'issue' ? 'drop' : reached}", and begin ` +
        'another one afterwards',
    );
  }
  if (step === 'issue' && reached !== 'trust' && reached !== 'issue') {
    throw new OutOfOrder(
      reached === null
        ? 'no new authority is trusted yet: run "trust" first, and copy every folder to its host'
        : 'the rotation has come to "drop" already: run "drop" again to finish it',
    );
  }
  if (step === 'drop' && reached === 'trust') {
    throw new OutOfOrder(
      'certificates are still of the old authority: run "issue" first, and copy every folder to its host',
    );
  }
}
