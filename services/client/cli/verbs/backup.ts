import { createHash } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Command } from 'commander';
import { backupLines, fromBytes, type Pair as KvPair } from '#kv';
import { backupFile } from '#storage';
import type { Pair } from '#client';
import type { Call } from '../call.js';
import { sync } from '../directory-writer.js';
import { ExitCode, UsageError } from '../exit-code.js';
import { required, type Verb } from '../verb.js';

/** Written at once. */
const CHUNK_BYTES = 1 << 20;

export const backup: Verb = {
  name: 'backup',
  usage: '<file>',
  summary:
    'write all keys, as of one revision, into a text file with checksums (- is standard output)',
  completes: 'none',
  options(command: Command) {
    command.option('--force', 'replace the file if it is there');
  },
  async run(call, args, options) {
    const file = required(args, 0);
    if (file !== '-' && existsSync(file) && options['force'] !== true) {
      throw new UsageError(`${file} is there already; name another, or --force to replace it`);
    }
    const client = await call.client();
    const { nodes, clusterId } = await call.status();
    const { pairs, revision, servedBy } = await client.range({ all: true }, call.readOptions());
    const header = { clusterId, takenAt: new Date().toISOString() };
    const parts = backupFile(header, backupLines(revision, pairs.map(kvPair)));
    const { bytes, sha256 } = file === '-' ? write(parts, printTo(call)) : writeFile(parts, file);
    const by = nodes.find(({ state }) => state?.nodeId === servedBy)?.state?.name;
    const told = { file, revision, keys: pairs.length, bytes, sha256, servedBy: by ?? servedBy };
    const { print } = call;
    if (file === '-') return ExitCode.ok;
    if (print.form === 'json' || print.form === 'ndjson') print.json(told);
    else {
      print.line(
        `${file}: revision ${revision}, ${pairs.length} keys, ${bytes} bytes, read from ${told.servedBy}`,
      );
      print.line(`sha256 ${sha256}`);
    }
    return ExitCode.ok;
  },
};

function kvPair(pair: Pair): KvPair {
  const { createRevision, modRevision, version, lease } = pair;
  const [key, value] = [fromBytes(pair.key), fromBytes(pair.value)];
  return { key, value, createRevision, modRevision, version, lease };
}

interface Written {
  readonly bytes: number;
  readonly sha256: string;
}

function printTo({ world }: Call): (chunk: Uint8Array) => void {
  return (chunk) => {
    world.stdout.write(chunk);
  };
}

/** The file is there whole, and on disk, or not at all. */
function writeFile(parts: Iterable<Uint8Array>, path: string): Written {
  const unfinished = `${path}.tmp`;
  const file = openSync(unfinished, 'w', 0o600);
  let written: Written;
  try {
    written = write(parts, (chunk) => {
      for (let at = 0; at < chunk.length;) at += writeSync(file, chunk, at);
    });
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(unfinished, path);
  if (process.platform !== 'win32') sync(dirname(path), 'r');
  return written;
}

function write(parts: Iterable<Uint8Array>, out: (chunk: Uint8Array) => void): Written {
  const hash = createHash('sha256');
  let bytes = 0;
  let gathered: Uint8Array[] = [];
  let size = 0;
  const flush = (): void => {
    const chunk = Buffer.concat(gathered);
    hash.update(chunk);
    out(chunk);
    bytes += chunk.length;
    gathered = [];
    size = 0;
  };
  for (const part of parts) {
    gathered.push(part);
    size += part.length;
    if (size >= CHUNK_BYTES) flush();
  }
  flush();
  return { bytes, sha256: hash.digest('hex') };
}
