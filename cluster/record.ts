/**
 * `cluster.json` in the data folder: which nodes it was made for, on which ports. Written when the
 * folder is made; afterwards only `formed` changes.
 */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { portHolder } from '#config';
import { isPortFree, type NodePorts } from './ports.js';
import { ClusterError } from './error.js';

export const RECORD_FILE = 'cluster.json';
export const LOG_FOLDER = 'logs';
const FORMAT = 1;

export interface NodeRecord extends NodePorts {
  readonly id: number;
  readonly name: string;
}

export interface ClusterRecord {
  readonly format: number;
  readonly clusterName: string;
  readonly host: string;
  /**
   * All nodes were up together once: from then on a node without data is one that lost it, and must not
   * start as new.
   */
  readonly formed: boolean;
  readonly nodes: readonly NodeRecord[];
}

/** Null: the folder is not there, or empty. */
export function readRecord(dataDirectory: string): ClusterRecord | null {
  const file = join(dataDirectory, RECORD_FILE);
  if (!existsSync(file)) {
    refuseForeignFolder(dataDirectory);
    return null;
  }
  try {
    return checkedRecord(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    throw new ClusterError(
      'bad-record',
      `${file} can't be used (${error instanceof Error ? error.message : String(error)}); ` +
        'restore it, or give another folder with --data DIR.',
    );
  }
}

/** Replaces the file in one step: a crash leaves the old one or the new one. */
export function writeRecord(dataDirectory: string, record: ClusterRecord): void {
  mkdirSync(dataDirectory, { recursive: true });
  const file = join(dataDirectory, RECORD_FILE);
  writeFileSync(`${file}.new`, `${JSON.stringify(record, null, 2)}\n`);
  renameSync(`${file}.new`, file);
}

export function newRecord(
  clusterName: string,
  host: string,
  nodes: readonly NodeRecord[],
): ClusterRecord {
  return { format: FORMAT, clusterName, host, formed: false, nodes };
}

/**
 * Removes what a cluster made in the folder, and nothing else. Says whether there was anything. Refuses
 * while one of its nodes may run: it would go on writing into what is made anew.
 */
export async function wipe(dataDirectory: string): Promise<boolean> {
  const record = readRecord(dataDirectory);
  if (record === null) return false;
  for (const { name, port } of record.nodes) {
    if (await isPortFree(port, record.host)) continue;
    throw new ClusterError(
      'port-busy',
      `nothing was removed: port ${port} of ${name} in ${dataDirectory} is in use by ` +
        `${portHolder(port)}; end that first, or give another folder with --data DIR.`,
    );
  }
  const names = [...record.nodes.map((node) => node.name), LOG_FOLDER, RECORD_FILE];
  for (const name of names) rmSync(join(dataDirectory, name), { recursive: true, force: true });
  return true;
}

/** A folder with files and without a record is somebody else's. */
function refuseForeignFolder(dataDirectory: string): void {
  if (!existsSync(dataDirectory)) return;
  if (!statSync(dataDirectory).isDirectory()) {
    throw new ClusterError(
      'foreign-folder',
      `${dataDirectory} is not a folder; give one with --data DIR.`,
    );
  }
  const found = readdirSync(dataDirectory).find((name) => !name.startsWith('.'));
  if (found === undefined) return;
  throw new ClusterError(
    'foreign-folder',
    `${dataDirectory} holds "${found}" but no ${RECORD_FILE}, so it was not made by a cluster; ` +
      'give an empty folder with --data DIR.',
  );
}

function checkedRecord(value: unknown): ClusterRecord {
  const record = value as ClusterRecord;
  if (typeof value !== 'object' || value === null || record.format !== FORMAT) {
    throw new Error(`its format is not ${String(FORMAT)}`);
  }
  const sound =
    typeof record.clusterName === 'string' &&
    typeof record.host === 'string' &&
    typeof record.formed === 'boolean' &&
    Array.isArray(record.nodes) &&
    record.nodes.length > 0 &&
    record.nodes.every(isNodeRecord);
  if (!sound) throw new Error('a field is missing or of a wrong type');
  return record;
}

function isNodeRecord(node: NodeRecord): boolean {
  const numbers = [node.id, node.port, node.peerPort, node.httpPort];
  // The name becomes a folder's name, which `--fresh` removes.
  return (
    numbers.every((number) => Number.isInteger(number) && number > 0) && /^[\w-]+$/.test(node.name)
  );
}
