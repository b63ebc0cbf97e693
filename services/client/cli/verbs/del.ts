import type { Command } from 'commander';
import type { KeySelector } from '#client';
import type { Call } from '../call.js';
import { ExitCode, UsageError } from '../exit-code.js';
import { optional, type Options, type Verb } from '../verb.js';
import { reportMissing } from './missing.js';
import { reportWritten } from './written.js';

export const del: Verb = {
  name: 'del',
  aliases: ['delete'],
  usage: '[key]',
  summary: 'delete a key, or all with a prefix; exit status 1 if there was none',
  completes: 'key',
  options(command: Command) {
    command.option('--prefix <prefix>', 'every key that begins with it');
  },
  async run(call, args, options) {
    const argument = optional(args, 0);
    const { selector, name } = selection(call, argument, options);
    const client = await call.client();
    const startedMs = call.world.now();
    const result = await client.delete(selector, call.writeOptions());
    if (result.deleted === 0) return reportMissing(call, name);
    reportWritten(call, `deleted ${String(result.deleted)}`, result, startedMs, {
      deleted: result.deleted,
    });
    return ExitCode.ok;
  },
};

function selection(
  call: Call,
  key: string | undefined,
  options: Options,
): { selector: KeySelector; name: string } {
  const { prefix } = options;
  if (typeof prefix === 'string' && key === undefined) {
    // An empty prefix would be everything: too much for a slip of a script's variable.
    if (prefix === '')
      throw new UsageError('an empty --prefix would delete every key; name a prefix');
    return { selector: { prefix: call.key(prefix) }, name: prefix };
  }
  if (key !== undefined && prefix === undefined)
    return { selector: { key: call.key(key) }, name: key };
  throw new UsageError('del takes a key, or --prefix PREFIX, and not both');
}
