/** One of the workers: makes the attempt that it is given, and says what came of it. */
import { parentPort } from 'node:worker_threads';
import type { Finding } from '../bug.js';
import { bugNamed } from '../bugs/index.js';
import { attempt, replay } from '../checkers/index.js';
import { readKept } from '../kept.js';

/** `kept`: what is kept of it, under its rules and under production's. */
export interface Task {
  readonly hunt: number;
  readonly bug: string;
  readonly number: number | 'kept';
}

export interface Outcome {
  readonly task: Task;
  readonly finding: Finding | null;
  /** Of `kept`: what is wrong with it. */
  readonly fault: string | null;
  /** How long it took to find it. */
  readonly ms: number;
}

function perform(task: Task): Outcome {
  const bug = bugNamed(task.bug);
  const began = performance.now();
  if (task.number !== 'kept') {
    const finding = attempt(bug, task.number);
    return { task, finding, fault: null, ms: performance.now() - began };
  }
  const kept = readKept(bug);
  if (kept === null) return { task, finding: null, fault: 'nothing is kept of it', ms: 0 };
  const found = replay(bug, kept, 'wrong');
  const ms = performance.now() - began;
  const finding = found && { property: found.property, reason: found.reason };
  if (finding === null) return { task, finding, fault: 'what is kept of it finds it no more', ms };
  const sound = replay(bug, kept, 'sound');
  const fault = sound && `what is kept of it fails under production's rules: ${sound.reason}`;
  return { task, finding, fault, ms };
}

parentPort?.on('message', (task: Task) => {
  parentPort?.postMessage(perform(task));
});
