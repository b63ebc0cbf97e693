/**
 * The process that holds all callers of one system (CallerProcess starts it): so neither system is measured through
 * machine code and garbage that the other's client left behind. It works off one task after the other.
 */
import process from 'node:process';
import { closedLoop, type LoopOptions, type LoopResult } from './closed-loop.js';
import { connect, KEYS, type Kind, type Operations, type System } from './operations.js';

export type Task =
  | { readonly type: 'connect'; readonly system: System; readonly endpoints: readonly string[] }
  /** Every key gets a value. */
  | { readonly type: 'fill' }
  | { readonly type: 'loop'; readonly kind: Kind; readonly options: LoopOptions }
  | { readonly type: 'close' };

export type Done =
  | { readonly type: 'done'; readonly result: LoopResult | null }
  | { readonly type: 'failed'; readonly message: string };

const FILLERS = 100;

let operations: Operations | null = null;

process.on('message', (task: Task) => {
  work(task).then(
    (result) => process.send?.({ type: 'done', result } satisfies Done),
    (error: unknown) => process.send?.({ type: 'failed', message: String(error) } satisfies Done),
  );
});
process.on('disconnect', () => process.exit());

async function work(task: Task): Promise<LoopResult | null> {
  if (task.type === 'connect') {
    operations = await connect(task.system, task.endpoints);
    return null;
  }
  if (operations === null) throw new Error('there is no connection yet');
  if (task.type === 'loop') return closedLoop(task.options, operations[task.kind]);
  if (task.type === 'fill') await fill(operations);
  else await operations.close();
  return null;
}

async function fill({ put }: Operations): Promise<void> {
  let next = 0;
  const filler = async (): Promise<void> => {
    while (next < KEYS) await put(next++);
  };
  await Promise.all(Array.from({ length: FILLERS }, filler));
}
