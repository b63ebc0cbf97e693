import type { Command } from 'commander';
import type { Compare, Data, Pair, TxnResult } from '#client';
import { shown } from '../bytes.js';
import type { Call } from '../call.js';
import { ExitCode, UsageError } from '../exit-code.js';
import { pairJson } from '../printer.js';
import { wholeNumber } from '../settings.js';
import { list, numberOption, required, type Options, type Verb } from '../verb.js';
import { reportWritten } from './written.js';

const USAGE =
  'cas goes: cas KEY OLD NEW, or cas KEY NEW --absent (no such key yet), or cas KEY NEW --rev N ' +
  '(unchanged since revision N)';

export const cas: Verb = {
  name: 'cas',
  usage: '<key> <values...>',
  summary: 'write NEW if the value is still OLD: cas KEY OLD NEW; exit status 1 if it is not',
  completes: 'key',
  options(command: Command) {
    command
      .option('--absent', 'the key must not be there: cas KEY NEW --absent')
      .option('--rev <revision>', 'its last change must be this: cas KEY NEW --rev N', wholeNumber);
  },
  async run(call, args, options) {
    const name = required(args, 0);
    const key = call.key(name);
    const { compare, value } = await comparison(call, key, list(args, 1), options);
    const client = await call.client();
    const startedMs = call.world.now();
    const result = await client.txn(
      {
        compares: [compare],
        success: [{ kind: 'put', key, value }],
        failure: [{ kind: 'range', key }],
      },
      call.writeOptions(),
    );
    if (!result.succeeded) return reportLost(call, name, result);
    reportWritten(call, 'OK', result, startedMs, { succeeded: true });
    return ExitCode.ok;
  },
};

async function comparison(
  call: Call,
  key: Data,
  values: readonly string[],
  options: Options,
): Promise<{ compare: Compare; value: Data }> {
  const revision = numberOption(options, 'rev');
  const absent = options['absent'] === true;
  const last = values.at(-1);
  const wanted = absent || revision !== undefined ? 1 : 2;
  if (last === undefined || values.length !== wanted || (absent && revision !== undefined)) {
    throw new UsageError(USAGE);
  }
  if (values.length === 2 && values[0] === '-' && last === '-') {
    throw new UsageError('only one of OLD and NEW can come from standard input');
  }
  const [first] = values;
  if (first === undefined) throw new UsageError(USAGE);
  if (absent) {
    const compare: Compare = { key, target: 'version', result: 'equal', number: 0 };
    return { compare, value: await call.value(last) };
  }
  if (revision !== undefined) {
    const compare: Compare = { key, target: 'mod', result: 'equal', number: revision };
    return { compare, value: await call.value(last) };
  }
  const old = await call.value(first);
  return {
    compare: { key, target: 'value', result: 'equal', value: old },
    value: await call.value(last),
  };
}

function reportLost({ print }: Call, name: string, result: TxnResult): ExitCode {
  const [read] = result.results;
  const pair: Pair | undefined = read?.kind === 'range' ? read.pairs[0] : undefined;
  if (print.form === 'json' || print.form === 'ndjson') {
    print.json({
      ok: false,
      succeeded: false,
      revision: result.revision,
      requestId: result.requestId,
      ...(result.readGone ? { readGone: true } : foundJson(pair)),
    });
  } else if (result.readGone) {
    print.note(`not written; what ${name} was then is compacted, or too large to be told`);
  } else if (pair === undefined) {
    print.note(`not written: there is no key ${name}`);
  } else {
    const { value, modRevision } = pair;
    print.note(`not written: ${name} is ${shown(value)} (rev ${String(modRevision)})`);
  }
  return ExitCode.negative;
}

function foundJson(pair: Pair | undefined): Readonly<Record<string, unknown>> {
  return pair === undefined ? { found: false } : { found: true, ...pairJson(pair) };
}
