/** Valid commands, operations and results, in each of their forms. */
import { encodeCommand, fromText, type Command, type Operation } from '#kv';
import { protobufPayloads } from '#node';
import {
  Choices,
  someCommand,
  someOperation,
  type Surroundings,
} from '../../../kv/testing/commands.js';
import type { Random } from '../../../simulator/random.js';
import { wirePayloads } from '../../../simulator/wire-payloads.js';
import { SECRET } from '../target.js';

export const SESSIONS: readonly number[] = [1, 2, 5];

export function choicesOf(random: Random): Choices {
  return new Choices(Array.from({ length: random.integer(3, 40) }, () => random.below(1 << 20)));
}

export function around(random: Random): Surroundings {
  const revision = random.integer(1, 30);
  return {
    ...{ revision, compacted: random.below(revision), appliedIndex: random.below(60) },
    ...{ sessions: SESSIONS, sequence: random.integer(1, 40) },
  };
}

export function someOperationOf(random: Random): Operation {
  if (random.chance(0.15)) {
    const put = { key: fromText('k€y'), value: fromText(SECRET), lease: 0, returnPrevious: false };
    return { kind: 'put', ...put };
  }
  return someOperation(choicesOf(random), around(random), 3);
}

export function someCommandText(random: Random): string {
  const command: Command = random.chance(0.2)
    ? {
        ...{ kind: 'write', session: 0, sequence: 0, lowestAwaited: 0 },
        operation: someOperationOf(random),
      }
    : someCommand(choicesOf(random), around(random));
  return encodeCommand(command);
}

export function someOperationBytes(random: Random): Uint8Array {
  return new Uint8Array(wirePayloads.encodeOperation(someOperationOf(random)));
}

export function someResultBytes(random: Random): Uint8Array {
  const revision = random.integer(1, 40);
  const pair = {
    ...{ key: random.pick(['a', 'b\xff', 'c']), value: random.pick(['', SECRET, '\xff']) },
    ...{ createRevision: 2, modRevision: revision, version: 1, lease: 0 },
  };
  const pairs = Array.from({ length: random.below(4) }, () => pair);
  const put = { kind: 'put', revision, previous: random.chance(0.5) ? pair : null } as const;
  const range = { kind: 'range', revision, pairs, more: false, count: pairs.length } as const;
  const deletion = { kind: 'delete', revision, deleted: pairs.length, previous: pairs } as const;
  const txn = { kind: 'txn', revision, succeeded: true, results: [put, range, deletion] } as const;
  return new Uint8Array(
    protobufPayloads.encodeResult(random.pick([put, range, deletion, txn, range])),
  );
}
