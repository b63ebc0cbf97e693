/** After all is healed and no client is left: what each node has, and whether all have the same. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Relevo, RelevoError } from '#client';
import { waitForEqualFiles } from '#cluster';
import type { Sight } from '../../../simulator/oracle/index.js';
import { NODE_PORT } from '../arena/hosts.js';
import type { Arena } from '../arena/arena.js';
import type { Machine } from '../arena/machine.js';
import { sightOfPair } from '../load/relevo-store.js';

const SENTINEL = 'the-last-write';
const PAGE = 2_000;
const CALL_MS_MAX = 20_000;
const EQUAL_MS_MAX = 90_000;

export interface Replicas {
  /** By key, the same on every node. */
  readonly final: ReadonlyMap<string, Sight>;
  readonly sha256: string;
  /** The last entry that the data files hold, and its checksum, to which the log has to lead. */
  readonly anchor: { readonly index: number; readonly chain: string } | null;
  readonly objection: string | null;
}

/**
 * Every node is asked directly, by a linearizable read; then their files are compared, once they hold a
 * last write of our own: so they hold all that was before it.
 */
export async function judgeReplicas(arena: Arena): Promise<Replicas> {
  try {
    return await compare(arena);
  } catch (error) {
    if (!(error instanceof RelevoError)) throw error;
    const objection = `not every node could be read after all was healed: ${error.message}`;
    return { final: new Map(), sha256: '', anchor: null, objection };
  }
}

async function compare(arena: Arena): Promise<Replicas> {
  await writeSentinel(arena);
  let first: ReadonlyMap<string, Sight> | null = null;
  let objection: string | null = null;
  for (const node of arena.nodes) {
    const state = await readAll(addressOf(node));
    if (first === null) first = state;
    else objection ??= difference(first, state, node.name);
  }
  const folders = arena.nodes.map(({ name, disk }) => ({
    name,
    dataDirectory: disk?.dataDirectory ?? '',
  }));
  const files = await waitForEqualFiles(folders, [SENTINEL], EQUAL_MS_MAX);
  if (files.equal === null) objection ??= `the data files are not equal: ${files.found}`;
  const [folder] = folders;
  const anchor =
    files.equal === null || folder === undefined
      ? null
      : anchorOf(join(folder.dataDirectory, files.equal.path));
  return { final: first ?? new Map(), sha256: files.equal?.sha256 ?? '', anchor, objection };
}

const addressOf = ({ host }: Machine): string => `${host.address}:${NODE_PORT}`;

async function writeSentinel(arena: Arena): Promise<void> {
  const [node] = arena.nodes;
  if (node === undefined) throw new RangeError('there is no node');
  const client = await Relevo.connect(addressOf(node), { timeoutMs: CALL_MS_MAX, plaintext: true });
  try {
    await client.put(SENTINEL, SENTINEL);
  } finally {
    await client.close();
  }
}

function anchorOf(file: string): Replicas['anchor'] {
  const [header = ''] = readFileSync(file, 'utf8').split('\n', 1);
  const { checkpoint } = JSON.parse(header) as {
    readonly checkpoint: { readonly index: number; readonly chain: string };
  };
  return { index: checkpoint.index, chain: checkpoint.chain };
}

async function readAll(address: string): Promise<ReadonlyMap<string, Sight>> {
  const client = await Relevo.connect(address, {
    name: 'verdict',
    timeoutMs: CALL_MS_MAX,
    plaintext: true,
  });
  try {
    const state = new Map<string, Sight>();
    let key = '\0';
    let revision = 0;
    for (;;) {
      const page = await client.range({ key, end: '\u007f' }, { limit: PAGE, revision });
      revision = page.revision;
      for (const pair of page.pairs) state.set(pair.keyText ?? '', sightOfPair(pair));
      const last = page.pairs.at(-1)?.keyText;
      if (!page.more || last === undefined || last === null) return state;
      key = `${last}\0`;
    }
  } finally {
    await client.close();
  }
}

function difference(
  first: ReadonlyMap<string, Sight>,
  other: ReadonlyMap<string, Sight>,
  name: string,
): string | null {
  if (first.size !== other.size) {
    return `${name} has ${other.size} keys, the first node ${first.size}`;
  }
  for (const [key, sight] of first) {
    const found = other.get(key);
    const same = found?.value === sight.value && found.version === sight.version;
    if (!same || found.modRevision !== sight.modRevision) {
      return `${name} has ${key} otherwise than the first node`;
    }
  }
  return null;
}
