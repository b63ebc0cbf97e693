/** A client process: many callers over one connection, every call written down. SIGTERM ends it in order. */
import { appendFileSync } from 'node:fs';
import process from 'node:process';
import { Random } from '../../../simulator/random.js';
import { EtcdStore } from '../etcd/etcd-store.js';
import { Caller, type Slot, type SlotKind } from './caller.js';
import { PLAN, type ClientPlan } from './plan.js';
import type { RecordedCall } from './record.js';
import { RelevoStore } from './relevo-store.js';
import type { Store } from './store.js';

const FLUSH_MS = 200;
/** Callers of different processes must not have the same number. */
const CALLERS_MAX = 10_000;

const plan = JSON.parse(process.env[PLAN] ?? 'null') as ClientPlan;
let stopped = false;
process.on('SIGTERM', () => {
  stopped = true;
});
await run();

async function run(): Promise<void> {
  let lines = '';
  const flush = (): void => {
    if (lines !== '') appendFileSync(plan.file, lines);
    lines = '';
  };
  const record = (call: RecordedCall): void => {
    lines += `${JSON.stringify(call)}\n`;
  };
  const store = await connect();
  const random = new Random(plan.seed);
  const callers = slots().map((slot, i) => {
    const number = plan.number * CALLERS_MAX + i;
    return new Caller(store, slot, number, plan.staleShare, random.fork(), record);
  });
  const timer = setInterval(flush, FLUSH_MS);
  await Promise.all(callers.map((caller) => caller.run(plan.thinkMs, () => stopped)));
  clearInterval(timer);
  flush();
  await store.close();
}

async function connect(): Promise<Store> {
  if (plan.store === 'relevo') return RelevoStore.connect(plan.endpoints, plan.name);
  return new EtcdStore(plan.endpoints[0] ?? '', plan.store === 'etcd-serializable');
}

function slots(): Slot[] {
  const of = (kind: SlotKind, count: number): Slot[] =>
    Array.from({ length: count }, (_, number) => ({ kind, number }));
  const { registers, counters, pairs } = plan.slots;
  return [...of('register', registers), ...of('counter', counters), ...of('pair', pairs)];
}
