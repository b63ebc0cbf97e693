/** Where recovery keeps what it cuts, with the reason; at most so many things, the oldest go first. */
import { QUARANTINE } from './paths.js';
import type { StorageRules } from './rules.js';
import { syncDirectory } from './segments.js';
import { listDirectory, perform, performAll, type Steps } from './start.js';

const KEPT_MAX = 16;
const encoder = new TextEncoder();

/** Writes `bytes` to quarantine/NNNN-<name>, and NNNN-<name>.reason.txt beside it. */
export function* setAside(
  path: string,
  bytes: Uint8Array,
  reason: string,
  rules: StorageRules,
): Steps<void> {
  yield* performAll([{ op: 'make-directory', path: QUARANTINE }]);
  const names = (yield* listDirectory(QUARANTINE)).filter((name) => /^[0-9]{4,}-/.test(name));
  const numbers = [...new Set(names.map((name) => Number.parseInt(name, 10)))];
  numbers.sort((one, other) => one - other);
  const spare = new Set(numbers.slice(0, Math.max(0, numbers.length - KEPT_MAX + 1)));
  for (const name of names) {
    if (!spare.has(Number.parseInt(name, 10))) continue;
    yield* perform({ op: 'remove', path: `${QUARANTINE}/${name}` });
  }
  const number = String((numbers.at(-1) ?? 0) + 1).padStart(4, '0');
  const target = `${QUARANTINE}/${number}-${path.replace('/', '-')}`;
  const why = `${target}.reason.txt`;
  yield* performAll([
    { op: 'write-file', path: target, data: bytes },
    { op: 'write-file', path: why, data: encoder.encode(`${reason}\n`) },
    { op: 'sync', path: target },
    { op: 'sync', path: why },
    ...syncDirectory(QUARANTINE, rules),
  ]);
}
