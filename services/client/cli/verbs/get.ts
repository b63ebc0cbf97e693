import type { Command } from 'commander';
import type { Pair } from '#client';
import { shown } from '../bytes.js';
import type { Call } from '../call.js';
import { ExitCode } from '../exit-code.js';
import { pairJson } from '../printer.js';
import { wholeNumber } from '../settings.js';
import { numberOption, required, type Verb } from '../verb.js';
import { reportMissing } from './missing.js';

export const get: Verb = {
  name: 'get',
  usage: '<key>',
  summary: 'read a value; exit status 1 if there is no such key',
  completes: 'key',
  options(command: Command) {
    command
      .option('--rev <revision>', 'as of this revision', wholeNumber)
      .option('--min-rev <revision>', 'from a state at least this new', wholeNumber);
  },
  async run(call, args, options) {
    const argument = required(args, 0);
    const key = call.key(argument);
    const client = await call.client();
    const revision = numberOption(options, 'rev');
    const minRevision = numberOption(options, 'minRev');
    const { pair, ...served } = await client.getWithMeta(key, {
      ...call.readOptions(),
      ...(revision === undefined ? {} : { revision }),
      ...(minRevision === undefined ? {} : { minRevision }),
    });
    if (pair === null) return reportMissing(call, argument);
    if (call.print.form === 'table' || call.print.form === 'raw') reportValue(call, pair);
    else call.print.json({ found: true, ...pairJson(pair), ...served });
    return ExitCode.ok;
  },
};

/** On a terminal escaped and told apart from nothing; in a pipe the bytes themselves. */
function reportValue({ print }: Call, { value }: Pair): void {
  if (print.decorated) {
    print.line(value.length === 0 ? print.colors.dim('(empty value)') : shown(value));
    return;
  }
  print.bytes(value);
  if (print.form === 'table') print.line('');
}
