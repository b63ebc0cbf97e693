/** Every state that a power cut may leave of one history's files: recovered, and compared with what was promised. */
import { RULES } from '#storage';
import { crashRun } from '../../tests/storage/crash-run.js';
import { historyOf, SCRIPTED, type History } from '../../tests/storage/histories.js';
import { PromiseBroken } from '../../tests/storage/recoveries.js';
import type { CrashStatesHunt, Finding } from '../bug.js';

/** `order`: of the lanes' steps; the history stays. */
export function tryOrder(
  { rules, history }: CrashStatesHunt,
  order: number,
): (Finding & { readonly files: ReadonlyMap<string, Uint8Array> }) | null {
  try {
    crashRun({ ...scriptOf(history), seed: order, rules: { ...RULES, ...rules } });
    return null;
  } catch (error) {
    if (!(error instanceof PromiseBroken)) throw error;
    const files = error.state?.files() ?? new Map<string, Uint8Array>();
    return { property: 'promise of the storage', reason: error.fault, files };
  }
}

/** Under production's rules. */
export function tryOrderSound(hunt: CrashStatesHunt, order: number): Finding | null {
  return tryOrder({ ...hunt, rules: {} }, order);
}

export function crashTrace(hunt: CrashStatesHunt, order: number): string[] {
  const found = tryOrder(hunt, order);
  const files = [...(found?.files ?? [])].filter(([path]) => path !== 'README.txt');
  return [
    `what the storage is asked to do: ${scriptOf(hunt.history).script.join(', ')}`,
    'then the power goes, and leaves these files:',
    ...files.flatMap(([path, bytes]) => [`--- ${path}, ${bytes.length} bytes`, ...linesOf(bytes)]),
    `broken: ${found?.reason ?? 'nothing'}`,
  ];
}

function scriptOf(name: string): History {
  for (let number = 0; number < SCRIPTED; number++) {
    const history = historyOf(number);
    if (history.name === name) return history;
  }
  throw new RangeError(`there is no history ${JSON.stringify(name)} in tests/storage/histories.ts`);
}

function linesOf(bytes: Uint8Array): string[] {
  const text = new TextDecoder().decode(bytes);
  return text
    .replace(/\0+/g, ({ length }) => `<${length} zeros>`)
    .trimEnd()
    .split('\n');
}
