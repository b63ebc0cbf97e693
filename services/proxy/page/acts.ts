/** What a page may do to the running cluster: the acts of the playground that can be done to a real one. */
import { z } from 'zod';
import { RelevoError, type Compare, type Relevo } from '#client';
import { NodeObserver } from '#rpc/observer';
import type { InflictRequest } from '#rpc/generated/relevo/v1/observe';
import type { TlsIdentity } from '#tls';
import { PROCESS_ACTS, type ProcessAct, type Supervisor } from './supervisor.js';

const KEY_CHARACTERS_MAX = 4_096;
const VALUE_CHARACTERS_MAX = 65_536;

const key = z.string().min(1).max(KEY_CHARACTERS_MAX);
const value = z.string().max(VALUE_CHARACTERS_MAX);
const node = z.number().int().positive();
/** A node's id: that node alone is asked. */
const via = z.union([z.literal('proxy'), node]).default('proxy');

const ACT = z.discriminatedUnion('type', [
  z.object({ type: z.literal('set'), key, value, via }),
  z.object({ type: z.literal('get'), key, via, stale: z.boolean().default(false) }),
  z.object({ type: z.literal('delete'), key, via }),
  z.object({ type: z.literal('cas'), key, expected: value.nullable(), value, via }),
  z.object({ type: z.enum(PROCESS_ACTS), node }),
  z.object({ type: z.literal('expire'), node }),
  z.object({ type: z.enum(['cut', 'mend']), from: node, to: node }),
  z.object({ type: z.literal('disk'), node, how: z.enum(['stalls', 'full', 'fails', 'works']) }),
  z.object({ type: z.literal('isolate'), node }),
  z.object({ type: z.literal('heal') }),
  z.object({ type: z.literal('transfer'), to: node }),
]);

export type LiveAct = z.infer<typeof ACT>;

export interface ActAnswer {
  readonly ok: boolean;
  /** Why not. */
  readonly reason?: string;
  readonly revision?: number;
  /** The name of the node that answered. */
  readonly servedBy?: string;
  /** Of a get and of a compare that failed: what was there; null: nothing, or no text. */
  readonly value?: string | null;
  readonly succeeded?: boolean;
}

export interface LentClient {
  readonly relevo: Relevo;
  readonly done: () => void;
}

export interface Means {
  readonly nodes: readonly { readonly id: number; readonly address: string }[];
  readonly identity: TlsIdentity | null;
  readonly supervisor: Supervisor | null;
  readonly nameOf: (node: number) => string;
  /** A client of this proxy, or of one node; to be given back. */
  readonly client: (via: 'proxy' | number) => Promise<LentClient>;
  readonly transfer: (to: number) => Promise<string | null>;
}

/** Throws an error whose message says what would be right. */
export function parseAct(text: string): LiveAct {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    throw new Error('an act is a JSON object, such as {"type":"set","key":"x","value":"1"}');
  }
  const parsed = ACT.safeParse(given);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue?.path.join('.') ?? '';
  throw new Error(
    `this act can't be done${where === '' ? '' : `, its ${where}`}: ${issue?.message ?? 'it is unknown'}`,
  );
}

/** Never rejects: what fails is an answer. */
export async function perform(act: LiveAct, means: Means): Promise<ActAnswer> {
  try {
    return await attempt(act, means);
  } catch (error) {
    if (error instanceof RelevoError) {
      const id = error.requestId === undefined ? '' : ` (request ${error.requestId})`;
      return { ok: false, reason: `${error.outcome}: ${error.message}${id}` };
    }
    return { ok: false, reason: error instanceof Error ? error.message : String(error) };
  }
}

function attempt(act: LiveAct, means: Means): Promise<ActAnswer> {
  switch (act.type) {
    case 'set':
    case 'get':
    case 'delete':
    case 'cas':
      return throughClient(act, means);
    case 'kill':
    case 'stop':
    case 'start':
    case 'pause':
    case 'resume':
      return onProcess(act, means);
    case 'transfer':
      return answered(means.transfer(act.to));
    case 'heal':
      return heal(means);
    case 'isolate':
      return isolate(act.node, means);
    case 'expire':
      return inflict(means, act.node, { $case: 'expireTimer', value: {} });
    case 'cut':
    case 'mend': {
      const cut = { to: act.to, cut: act.type === 'cut' };
      return inflict(means, act.from, { $case: 'cutLink', value: cut });
    }
    case 'disk':
      return act.how === 'works'
        ? inflict(means, act.node, { $case: 'heal', value: {} })
        : inflict(means, act.node, { $case: 'breakDisk', value: { how: act.how } });
  }
}

type KeyAct = Extract<LiveAct, { readonly via: 'proxy' | number }>;

async function throughClient(act: KeyAct, means: Means): Promise<ActAnswer> {
  const { relevo, done } = await means.client(act.via);
  try {
    return await onKey(act, relevo, means.nameOf);
  } finally {
    done();
  }
}

async function onKey(
  act: KeyAct,
  relevo: Relevo,
  nameOf: (node: number) => string,
): Promise<ActAnswer> {
  switch (act.type) {
    case 'set': {
      const { revision, servedBy } = await relevo.put(act.key, act.value);
      return { ok: true, revision, servedBy: nameOf(servedBy) };
    }
    case 'get': {
      const consistency = act.stale ? 'stale' : 'linearizable';
      const { pair, revision, servedBy } = await relevo.getWithMeta(act.key, { consistency });
      return { ok: true, revision, servedBy: nameOf(servedBy), value: pair?.text ?? null };
    }
    case 'delete': {
      const { revision, servedBy, deleted } = await relevo.delete(act.key);
      return { ok: true, revision, servedBy: nameOf(servedBy), succeeded: deleted > 0 };
    }
    case 'cas': {
      const { key, expected, value } = act;
      const compare: Compare =
        expected === null
          ? { key, result: 'equal', target: 'version', number: 0 }
          : { key, result: 'equal', target: 'value', value: expected };
      const { succeeded, revision, servedBy } = await relevo.txn({
        compares: [compare],
        success: [{ kind: 'put', key, value }],
      });
      return { ok: true, revision, servedBy: nameOf(servedBy), succeeded };
    }
  }
}

async function onProcess(
  { type, node }: { readonly type: ProcessAct; readonly node: number },
  { supervisor }: Means,
): Promise<ActAnswer> {
  if (supervisor === null) {
    const reason =
      'nobody here owns the processes: on a deployment, stop and start services on their hosts';
    return { ok: false, reason };
  }
  return answered(supervisor.act(type, node));
}

async function answered(outcome: Promise<string | null>): Promise<ActAnswer> {
  const reason = await outcome;
  return reason === null ? { ok: true } : { ok: false, reason };
}

/** Every direction between the node and the others. */
async function isolate(node: number, means: Means): Promise<ActAnswer> {
  const others = means.nodes.filter(({ id }) => id !== node);
  const cuts = others.flatMap(({ id }) => [
    inflict(means, node, { $case: 'cutLink', value: { to: id, cut: true } }),
    inflict(means, id, { $case: 'cutLink', value: { to: node, cut: true } }),
  ]);
  return firstRefusal(await Promise.all(cuts));
}

async function heal(means: Means): Promise<ActAnswer> {
  const { supervisor, nodes } = means;
  const frozen = nodes.filter(({ id }) => supervisor?.stateOf(id) === 'paused');
  for (const { id } of frozen) await supervisor?.act('resume', id);
  const running = nodes.filter(({ id }) => supervisor?.stateOf(id) !== 'down');
  const healed = running.map(({ id }) => inflict(means, id, { $case: 'heal', value: {} }));
  return firstRefusal(await Promise.all(healed));
}

function firstRefusal(answers: readonly ActAnswer[]): ActAnswer {
  return answers.find(({ ok }) => !ok) ?? { ok: true };
}

async function inflict(
  { nodes, identity, nameOf }: Means,
  id: number,
  fault: InflictRequest['fault'],
): Promise<ActAnswer> {
  const at = nodes.find((each) => each.id === id);
  if (at === undefined) return { ok: false, reason: `there is no node ${id}` };
  const observer = new NodeObserver(at.address, identity);
  try {
    await observer.inflict(fault);
    return { ok: true };
  } catch (error) {
    return { ok: false, reason: `${nameOf(id)}: ${(error as Error).message}` };
  } finally {
    observer.close();
  }
}
