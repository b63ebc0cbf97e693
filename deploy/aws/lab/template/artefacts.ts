/** The artefact that every instance starts, and others made from it. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { must } from '../machine/commands.js';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

export interface Artefact {
  readonly file: string;
  readonly sha256: string;
  /** In the bucket. */
  readonly key: string;
  readonly bytes: Buffer;
}

/** As `npm run artefact` makes it. */
export async function makeArtefact(folder: string): Promise<Artefact> {
  const words = [join(ROOT, 'scripts/artefact.js'), '--out', folder];
  const [file = ''] = (await must(process.execPath, words)).split('\n');
  return read(file);
}

/** Another release, with changed files: `edits` by path, as it is within the artefact. */
export async function changedArtefact(
  { file }: Artefact,
  folder: string,
  edits: Readonly<Record<string, (text: string) => string>>,
): Promise<Artefact> {
  const work = join(folder, 'unpacked');
  mkdirSync(work, { recursive: true });
  await must('tar', ['-xzf', file, '-C', work]);
  const [inner = ''] = (await must('ls', [work])).split('\n');
  for (const [path, edit] of Object.entries(edits)) {
    const target = join(work, inner, path);
    const before = readFileSync(target, 'utf8');
    const after = edit(before);
    if (after === before) throw new Error(`${path} is as it was: there is nothing like that in it`);
    writeFileSync(target, after);
  }
  const made = join(folder, basename(file));
  await must('tar', ['-czf', made, '-C', work, inner]);
  const artefact = read(made);
  writeFileSync(`${made}.sha256`, `${artefact.sha256}  ${basename(made)}\n`);
  return artefact;
}

function read(file: string): Artefact {
  const bytes = readFileSync(file);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { file, sha256, key: `artefacts/${basename(file)}`, bytes };
}
