import { setTimeout as pause } from 'node:timers/promises';
import type { Command } from 'commander';
import type { Pair } from '#client';
import { shown } from '../bytes.js';
import type { Call } from '../call.js';
import { ExitCode } from '../exit-code.js';
import { pages } from '../pages.js';
import { bytesJson, pairJson } from '../printer.js';
import { duration, wholeNumber } from '../settings.js';
import { numberOption, optional, type Verb } from '../verb.js';

const LOOK_MS = 200;

export const watch: Verb = {
  name: 'watch',
  usage: '[prefix]',
  summary:
    'show changes as they happen; several between two looks show as the last; Ctrl+C ends it',
  completes: 'key',
  options(command: Command) {
    command
      .option('--interval <time>', 'between two looks', duration, LOOK_MS)
      .option('--count <changes>', 'end after so many', wholeNumber);
  },
  async run(call, args, options) {
    const prefix = call.key(optional(args, 0) ?? '');
    const intervalMs = numberOption(options, 'interval') ?? LOOK_MS;
    let left = numberOption(options, 'count') ?? Infinity;
    let seen = await look(call, prefix);
    if (call.print.decorated)
      call.print.line(call.print.colors.dim(`from rev ${String(seen.revision)}`));
    while (left > 0) {
      await pause(intervalMs, undefined, { signal: call.signal }).catch(() => undefined);
      if (call.signal.aborted) return ExitCode.interrupted;
      if (!(await hasMoved(call, seen))) continue;
      const now = await look(call, prefix);
      for (const change of changesBetween(seen, now).slice(0, left)) {
        report(call, change, now.revision);
        left -= 1;
      }
      seen = now;
    }
    return ExitCode.ok;
  },
};

export interface Look {
  readonly revision: number;
  /** By the key's bytes, one character each. */
  readonly pairs: ReadonlyMap<string, Pair>;
}

export type Change =
  | { readonly kind: 'put'; readonly pair: Pair }
  | { readonly kind: 'delete'; readonly key: Uint8Array };

/** Puts in order of their revision, then what is no longer there. */
export function changesBetween(before: Look, after: Look): readonly Change[] {
  const puts = [...after.pairs.values()]
    .filter((pair) => pair.modRevision > before.revision)
    .sort((one, other) => one.modRevision - other.modRevision);
  const gone = [...before.pairs.entries()].filter(([key]) => !after.pairs.has(key));
  return [
    ...puts.map((pair): Change => ({ kind: 'put', pair })),
    ...gone.map(([, pair]): Change => ({ kind: 'delete', key: pair.key })),
  ];
}

async function look(call: Call, prefix: Uint8Array): Promise<Look> {
  const pairs = new Map<string, Pair>();
  let revision = 0;
  for await (const page of pages(await call.client(), prefix, 0, call.readOptions())) {
    revision = page.revision;
    for (const pair of page.pairs) pairs.set(Buffer.from(pair.key).toString('latin1'), pair);
  }
  return { revision, pairs };
}

/** The cheapest question that tells the store's revision. */
async function hasMoved(call: Call, seen: Look): Promise<boolean> {
  const client = await call.client();
  const { revision } = await client.getWithMeta('\0', call.readOptions());
  return revision > seen.revision;
}

function report({ print }: Call, change: Change, revision: number): void {
  if (change.kind === 'delete') {
    if (print.form === 'table') print.line(`${String(revision)}\tdelete\t${shown(change.key)}`);
    else print.json({ event: 'delete', revision, ...bytesJson('key', change.key) });
    return;
  }
  const { pair } = change;
  if (print.form !== 'table') print.json({ event: 'put', ...pairJson(pair) });
  else print.line(`${String(pair.modRevision)}\tput\t${shown(pair.key)}\t${shown(pair.value)}`);
}
