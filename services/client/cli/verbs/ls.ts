import type { Command } from 'commander';
import type { Pair, RangeOptions } from '#client';
import { shown } from '../bytes.js';
import type { Call } from '../call.js';
import { ExitCode } from '../exit-code.js';
import { pages } from '../pages.js';
import { bytesJson, PAIR_HEAD, pairJson, pairRow } from '../printer.js';
import { wholeNumber } from '../settings.js';
import { numberOption, optional, type Options, type Verb } from '../verb.js';

const LINE_FEED = new Uint8Array([0x0a]);

export const ls: Verb = {
  name: 'ls',
  aliases: ['list'],
  usage: '[prefix]',
  summary: 'list keys and values in order of their bytes',
  completes: 'key',
  options(command: Command) {
    command
      .option('--limit <count>', 'at most so many', wholeNumber)
      .option('--keys', 'keys alone')
      .option('--count', 'how many there are, and nothing else')
      .option('--rev <revision>', 'as of this revision', wholeNumber);
  },
  async run(call, args, options) {
    const prefix = call.key(optional(args, 0) ?? '');
    const revision = numberOption(options, 'rev');
    const keysOnly = options['keys'] === true;
    const range: RangeOptions = {
      ...call.readOptions(),
      keysOnly,
      ...(revision === undefined ? {} : { revision }),
    };
    if (options['count'] === true) await reportCount(call, prefix, range);
    else await reportPairs(call, prefix, range, options);
    return ExitCode.ok;
  },
};

async function reportCount(call: Call, prefix: Uint8Array, range: RangeOptions): Promise<void> {
  const client = await call.client();
  const selector = prefix.length === 0 ? { all: true as const } : { prefix };
  const { count, revision } = await client.range(selector, { ...range, countOnly: true });
  const { print } = call;
  if (print.form === 'json' || print.form === 'ndjson') print.json({ count, revision });
  else print.line(String(count));
}

/** `table` and `json` come as a whole, `ndjson` and `raw` as they are read. */
async function reportPairs(
  call: Call,
  prefix: Uint8Array,
  range: RangeOptions,
  options: Options,
): Promise<void> {
  const { print } = call;
  const keysOnly = range.keysOnly === true;
  const asJson = keysOnly ? (pair: Pair) => bytesJson('key', pair.key) : pairJson;
  const kept: Pair[] = [];
  let count: number | null = null;
  let revision = 0;
  for await (const page of pages(
    await call.client(),
    prefix,
    numberOption(options, 'limit') ?? 0,
    range,
  )) {
    count ??= page.count;
    revision = page.revision;
    if (print.form === 'ndjson') for (const pair of page.pairs) print.json(asJson(pair));
    else if (print.form === 'raw') for (const pair of page.pairs) reportRaw(call, pair, keysOnly);
    else kept.push(...page.pairs);
  }
  if (print.form === 'json') print.json({ revision, count, pairs: kept.map(asJson) });
  if (print.form !== 'table') return;
  if (keysOnly) for (const pair of kept) print.line(shown(pair.key));
  else if (kept.length > 0) print.table(PAIR_HEAD, kept.map(pairRow));
  if (print.decorated) reportRest(call, kept.length, count ?? 0, revision);
}

/** The bytes themselves, key and value on a line each. */
function reportRaw({ print }: Call, pair: Pair, keysOnly: boolean): void {
  print.bytes(pair.key);
  print.bytes(LINE_FEED);
  if (keysOnly) return;
  print.bytes(pair.value);
  print.bytes(LINE_FEED);
}

function reportRest({ print }: Call, listed: number, count: number, revision: number): void {
  const keys = count === 1 ? '1 key' : `${String(count)} keys`;
  const first = listed < count ? `, the first ${String(listed)} of them here` : '';
  print.line(print.colors.dim(`${keys} at rev ${String(revision)}${first}`));
}
