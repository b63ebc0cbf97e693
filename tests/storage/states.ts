/** `states`: histories one after another until the time is over, and one line of figures. */
import { performance } from 'node:perf_hooks';
import { crashRun, type CrashTally } from './crash-run.js';
import { historyOf, SCRIPTED } from './histories.js';
import { PromiseBroken } from './recoveries.js';

export interface StatesOptions {
  /** The number of the first random history; the scripted ones come before it. */
  readonly start: number;
  /** No random history begins later. */
  readonly seconds: number;
}

/** Prints progress to stderr and the figures to stdout. True if every promise held. */
export function enumerateStates({ start, seconds }: StatesOptions): boolean {
  const begun = performance.now();
  const isOver = (): boolean => performance.now() - begun > seconds * 1000;
  const total = emptyTally();
  let histories = 0;
  // What is to be proved every time, however slow the machine.
  for (; histories < SCRIPTED; histories++) {
    if (!add(total, histories)) return false;
  }
  for (let number = Math.max(start, SCRIPTED); !isOver(); number++, histories++) {
    if (!add(total, number)) return false;
  }
  console.log(figures(total, histories, SCRIPTED, (performance.now() - begun) / 1000));
  return true;
}

/** One history again, with the state that broke a promise. */
export function replayHistory(number: number): boolean {
  const total = emptyTally();
  if (!add(total, number)) return false;
  console.log(figures(total, 1, number < SCRIPTED ? 1 : 0, 0));
  return true;
}

const emptyTally = (): CrashTally => ({
  points: 0,
  states: 0,
  recoveriesCut: 0,
  kills: 0,
  capped: 0,
  operations: new Map(),
});

function add(total: CrashTally, number: number): boolean {
  const history = historyOf(number);
  try {
    const tally = crashRun(history);
    total.points += tally.points;
    total.states += tally.states;
    total.recoveriesCut += tally.recoveriesCut;
    total.kills += tally.kills;
    total.capped += tally.capped;
    for (const [name, count] of tally.operations) {
      total.operations.set(name, (total.operations.get(name) ?? 0) + count);
    }
    return true;
  } catch (error) {
    if (!(error instanceof PromiseBroken)) throw error;
    console.error(`history ${number} (${history.name}): ${error.fault}`);
    console.error(`its steps: ${history.script.join(' ')}`);
    for (const [path, bytes] of error.state?.files() ?? []) {
      console.error(`--- ${path}, ${bytes.length} bytes\n${readable(bytes)}`);
    }
    console.error(`again: npm run storage-proof -- states --history ${number}`);
    return false;
  }
}

const readable = (bytes: Uint8Array): string =>
  new TextDecoder().decode(bytes).replace(/\0+/g, ({ length }) => `<${length} zeros>`);

function figures(total: CrashTally, histories: number, scripted: number, seconds: number): string {
  const operations = [...total.operations]
    .filter(([name]) => name !== 'read' && name !== 'list')
    .map(([name, count]) => `${name} ${count}`);
  return (
    `crash states: ${histories} histories (${scripted} of ${SCRIPTED} scripted), ` +
    `${total.points} points, ${total.states} different states recovered from, ` +
    `${total.recoveriesCut} of these starts cut at each step, ${total.kills} starts after a kill; ` +
    `bounds met at ${total.capped} of them; ${operations.join(', ')}; ` +
    `${seconds.toFixed(0)} s; 0 promises broken`
  );
}
