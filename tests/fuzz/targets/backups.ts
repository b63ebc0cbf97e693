/** Backup files, as somebody keeps them for years. */
import { backupLines, CheckpointMalformed, restoredState, Store } from '#kv';
import { backupFile, readBackup } from '#storage';
import type { Random } from '../../../simulator/random.js';
import { mutateBytes } from '../mutations/bytes.js';
import { mutateJson } from '../mutations/json.js';
import { mutateLines } from '../mutations/text.js';
import { checkSame, checkWords, holds, unlessRefused, type Input, type Target } from '../target.js';

const HEADER = { clusterId: 'c0ffee', takenAt: '2026-11-26T19:19:48.265Z' };

function someLines(random: Random): string[] {
  const revision = random.integer(2, 50);
  const pairs = Array.from({ length: random.below(6) }, (_, at) => ({
    key: `k${at}${random.pick(['', '\xff', '\0', ' é'])}`,
    value: random.pick(['', '1', 'x'.repeat(50)]),
    ...{ createRevision: 1, modRevision: random.integer(1, revision), version: 1, lease: 0 },
  }));
  return [...backupLines(revision, pairs)];
}

const whole = (lines: readonly string[]): Uint8Array =>
  new Uint8Array(Buffer.concat([...backupFile(HEADER, lines)]));

export const backups: Target = {
  name: 'backup',
  about:
    'backup files, altered, or of altered lines: a reason why not, or a state that can be kept',
  weight: 2,
  shows: 'text',
  make(random): Input {
    const lines = someLines(random);
    if (random.chance(0.4)) return [mutateBytes(random, whole(lines))];
    return [whole(random.chance(0.2) ? lines : mutateLines(random, lines, mutateJson))];
  },
  take([bytes = new Uint8Array(0)]) {
    const backup = readBackup(bytes);
    if (typeof backup === 'string') {
      checkWords(backup);
      return 'refused';
    }
    checkSame(readBackup(rewritten(backup)), backup, 'written again it is another');
    const state = unlessRefused(() => restoredState(backup.stateLines, 1_000), CheckpointMalformed);
    if (state === null) return 'refused';
    const store = Store.fromCheckpoint(state.lines, 1);
    holds(store.revision === state.revision, () => `its revision is ${store.revision}`);
    checkSame([...store.lines()], state.lines, 'kept it is another state');
    return 'accepted';
  },
};

function rewritten({ stateLines, ...header }: Exclude<ReturnType<typeof readBackup>, string>) {
  return new Uint8Array(Buffer.concat([...backupFile(header, stateLines)]));
}
