/**
 * The same hosts, faults, callers and checker on a real etcd. Its serializable reads are answered by a
 * member alone, and are known to be stale on one that was frozen or cut off: a checker that takes them for
 * linearizable has to object. Its linearizable reads are shown beside them.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { judge, Witness, type History, type Judgement } from '../../../simulator/oracle/index.js';
import { Random } from '../../../simulator/random.js';
import { Arena } from '../arena/arena.js';
import { campaign, type FaultEvent } from '../faults/campaign.js';
import type { CourseOptions } from '../course.js';
import type { FaultName } from '../faults/index.js';
import { mergeCalls } from '../judgement/merged-history.js';
import { Clients } from '../load/clients.js';
import type { ClientPlan } from '../load/plan.js';
import { etcd, memberOf } from './etcd-system.js';
import { readAll } from './etcd-store.js';

/** Its faults are chosen here. */
export type CalibrationOptions = Omit<CourseOptions, 'kinds'>;

const SLOTS = { registers: 24, counters: 8, pairs: 8 };
const LANES = 2;
const READY_MS_MAX = 45_000;
const READ_MS_MAX = 20_000;
const KINDS: readonly FaultName[] = ['freeze', 'partition', 'kill'];

interface Pass {
  readonly operations: number;
  readonly faults: number;
  readonly judgement: Judgement;
}

/** There is no log of ours to hold the reads against. */
class NoWitness extends Witness {
  override objection(): null {
    return null;
  }
}

/** True: the checker found what it had to find. */
export async function calibrate(options: CalibrationOptions): Promise<boolean> {
  const stale = await runPass(options, 'etcd-serializable');
  tell('serializable reads, taken for linearizable', stale);
  const linearizable = await runPass(options, 'etcd');
  tell('linearizable reads', linearizable);
  const found = stale.judgement.objection !== null;
  console.log(
    found
      ? 'calibration: the stale reads that are known were found'
      : 'calibration: NO stale read was found where they are known to be; try more minutes',
  );
  return found;
}

function tell(what: string, { operations, faults, judgement }: Pass): void {
  const { objection } = judgement;
  console.log(
    `etcd, ${what}: ${operations} operations, ${faults} faults, ${objection === null ? 'no violation' : 'VIOLATION'}`,
  );
  if (objection !== null) console.log(objection);
}

async function runPass(options: CalibrationOptions, store: ClientPlan['store']): Promise<Pass> {
  const directory = join(options.directory, store);
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  const { nodes, clients } = options;
  const arena = await Arena.build({ system: etcd, nodes, clients, directory });
  try {
    return await measure(arena, options, store, directory);
  } finally {
    await arena.stopAll();
    await arena.unmountAll();
    await arena.network.remove(arena.hosts);
    rmSync(join(directory, 'disks'), { recursive: true, force: true });
  }
}

async function measure(
  arena: Arena,
  options: CalibrationOptions,
  store: ClientPlan['store'],
  directory: string,
): Promise<Pass> {
  const { say, thinkMs } = options;
  const random = new Random(options.seed);
  await ready(arena);
  const members = arena.hostsOf('node').map(memberOf);
  const clients = new Clients(arena.hostsOf('client'), directory, ({ number }) => ({
    store,
    endpoints: [members[number % members.length] ?? ''],
    slots: SLOTS,
    staleShare: 0,
    thinkMs,
    seed: random.bits(),
  }));
  await clients.start();
  const events: FaultEvent[] = [];
  const endMs = performance.now() + options.minutes * 60_000;
  const onEvent = (event: FaultEvent): void => {
    events.push(event);
    say(`${store}  ${event.kind} ${event.text}`);
  };
  await campaign({ arena, random: random.fork(), kinds: KINDS, lanes: LANES, endMs, onEvent });
  await ready(arena);
  await pause(2_000);
  await clients.stop();
  const final = await readAll(members[0] ?? '', READ_MS_MAX);
  const { history } = mergeCalls(clients.calls());
  if (store === 'etcd-serializable') hideRevisions(history);
  const judgement = judge(history, new NoWitness(), final);
  return { operations: history.calls.length, faults: events.length, judgement };
}

/**
 * With revisions in the order of time the checks that trust them are content, and the search for an order,
 * which trusts nothing, is left to find the stale read.
 */
function hideRevisions({ calls }: History): void {
  for (const call of calls) {
    if (call.answer !== null) call.answer = { ...call.answer, revision: call.returned };
  }
}

async function ready(arena: Arena): Promise<void> {
  await arena.startAll();
  const problem = await arena.readyWithin(READY_MS_MAX);
  if (problem !== null) throw new Error(`etcd is not ready: ${problem}`);
}
