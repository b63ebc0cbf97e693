/** The artefact, made here and put where the hosts find it. */
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { Complaint } from './world.js';
import type { World } from './world.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

export interface Artefact {
  readonly file: string;
  readonly sha256: string;
  /** In the bucket. */
  readonly key: string;
}

/** Makes it from the sources, or takes `given`, whose sum stands in the file of the same name and `.sha256`. */
export async function artefact(world: World, given: string | undefined): Promise<Artefact> {
  const file = given ?? (await make(world));
  // The name becomes a word of shell lines on the hosts.
  if (!/^[\w.-]+\.tgz$/.test(basename(file)))
    throw new Complaint(`${file}: no name for an artefact`);
  const sum = readFileSync(`${file}.sha256`, 'utf8').split(' ')[0] ?? '';
  if (!/^[0-9a-f]{64}$/.test(sum)) throw new Complaint(`${file}.sha256 holds no sum`);
  const key = `artefacts/${basename(file, '.tgz')}-${sum.slice(0, 12)}.tgz`;
  return { file, sha256: sum, key };
}

async function make(world: World): Promise<string> {
  await world.program(process.execPath, [join(ROOT, 'scripts/setup.js')]);
  const out = await world.program(process.execPath, [join(ROOT, 'scripts/artefact.js')]);
  return out.split('\n')[0] ?? '';
}

export async function upload(world: World, bucket: string, { file, key }: Artefact): Promise<void> {
  await world.aws(['s3', 'cp', '--only-show-errors', file, `s3://${bucket}/${key}`]);
}
