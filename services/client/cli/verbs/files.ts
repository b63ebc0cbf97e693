import { existsSync } from 'node:fs';
import type { Call } from '../call.js';
import { leaderOf } from '../cluster-status.js';
import { listDataFiles, type DataFile } from '../data-files.js';
import { ExitCode, UsageError } from '../exit-code.js';
import { required, type Verb } from '../verb.js';

export const files: Verb = {
  name: 'files',
  usage: '<node>',
  summary:
    "list a node's files (by its name, or a data directory) with size, sha256 and first line",
  completes: 'node',
  async run(call, args) {
    const directory = await directoryOf(call, required(args, 0));
    const found = await listDataFiles(directory);
    const { print } = call;
    if (print.form === 'json') print.json({ directory, files: found });
    else if (print.form === 'ndjson') for (const file of found) print.json(file);
    else if (print.form === 'raw')
      for (const file of found) print.line(`${file.sha256}  ${file.path}`);
    else reportTable(call, directory, found);
    return ExitCode.ok;
  },
};

function reportTable({ print, world }: Call, directory: string, found: readonly DataFile[]): void {
  if (print.decorated) print.line(directory);
  const rows = found.map(({ path, size, sha256 }) => [path, String(size), sha256.slice(0, 16)]);
  print.table(['FILE', 'BYTES', 'SHA256'], rows);
  if (!print.decorated) return;
  for (const { path, firstLine } of found) {
    if (!path.endsWith('.jsonl')) continue;
    const room = Math.max(20, world.stdout.columns - path.length - 4);
    // The file is text, but may have been damaged: nothing of it reaches the terminal unescaped.
    const text = firstLine.replace(/[\p{Cc}\p{Cf}]/gu, '?').slice(0, room);
    print.line(print.colors.dim(`${path}: ${text}`));
  }
}

/** A directory as it is; otherwise the one that the node of this name said it uses. */
async function directoryOf(call: Call, argument: string): Promise<string> {
  if (argument.includes('/') || argument.includes('\\')) return existing(argument);
  const response = await call.status();
  const { nodes } = response;
  const named = nodes.find(
    ({ state }) => state?.name === argument || String(state?.nodeId) === argument,
  )?.state;
  const found = named ?? (argument === 'leader' ? leaderOf(response) : null);
  if (found === null) {
    const names = nodes
      .flatMap(({ state }) => (state === undefined ? [] : [state.name]))
      .join(', ');
    throw new UsageError(
      `no node is called "${argument}"; there are: ${names}; or give a directory`,
    );
  }
  return existing(found.dataDirectory);
}

function existing(directory: string): string {
  if (existsSync(directory)) return directory;
  throw new UsageError(`${directory} is not on this machine; run this where the node runs`);
}
