import { ExitCode } from '../exit-code.js';
import { required, type Verb } from '../verb.js';
import { reportWritten } from './written.js';

export const set: Verb = {
  name: 'set',
  aliases: ['put'],
  usage: '<key> <value>',
  summary: 'write a value; - takes it from standard input, bytes and all',
  completes: 'key',
  async run(call, args) {
    const key = call.key(required(args, 0));
    const value = await call.value(required(args, 1));
    const client = await call.client();
    const startedMs = call.world.now();
    const result = await client.put(key, value, call.writeOptions());
    reportWritten(call, 'OK', result, startedMs);
    return ExitCode.ok;
  },
};
