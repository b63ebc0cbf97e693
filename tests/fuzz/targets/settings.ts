/** Settings as people write them: flags, the environment, and `.env`. */
import { ConfigError, loadClientConfig, loadNodeConfig, loadProxyConfig } from '#config';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { CLIENT_SETTINGS, NODE_SETTINGS, PROXY_SETTINGS } from '../../../config/settings.js';
import type { Setting } from '../../../config/setting.js';
import type { Random } from '../../../simulator/random.js';
import { hostileText } from '../mutations/hostile.js';
import { mutateText } from '../mutations/text.js';
import { bytesOf, checkText, holds, textOf, type Target } from '../target.js';

type Kind = 'node' | 'proxy' | 'client';

const SETTINGS: Readonly<Record<Kind, readonly Setting<unknown>[]>> = {
  node: Object.values(NODE_SETTINGS),
  proxy: Object.values(PROXY_SETTINGS),
  client: Object.values(CLIENT_SETTINGS),
};
const LOAD = { node: loadNodeConfig, proxy: loadProxyConfig, client: loadClientConfig } as const;

/** All wrong ones are named at once, each with what would be right. */
const WORDS_MAX = 100_000;

/** Right values, besides the defaults. */
const VALUES: readonly string[] = [
  ...['100ms', '2s', '300-600ms', '1MiB', '64KiB', '3', '6788', 'true', 'no', 'json', 'existing'],
  ...['1=127.0.0.1:5001,2=127.0.0.1:5002,3=127.0.0.1:5003', 'data/x', '127.0.0.1:1', 'all', '::1'],
];

let folder: string | null = null;

/** One for each worker, for its `.env`. */
function directory(): string {
  if (folder !== null) return folder;
  const made = mkdtempSync(join(tmpdir(), 'relevo-fuzz-'));
  process.once('exit', () => {
    rmSync(made, { recursive: true, force: true });
  });
  return (folder = made);
}

function someValue(random: Random, fallback: string): string {
  const value = random.pick([fallback, fallback, random.pick(VALUES)]);
  if (random.chance(0.6)) return value;
  return random.chance(0.3) ? hostileText(random) : mutateText(random, value);
}

/** `NAME=value` each, or flags. */
function someSettings(random: Random, kind: Kind, asFlags: boolean): string[] {
  return Array.from({ length: random.below(5) }, () => {
    const { name, flag, default: fallback } = random.pick(SETTINGS[kind]);
    const text = `${asFlags ? flag : name}=${someValue(random, fallback ?? '')}`;
    return random.chance(0.1) ? mutateText(random, text) : text;
  });
}

export const settings: Target = {
  name: 'settings',
  about:
    'flags, environment and .env: ConfigError that names each wrong one, or settings in bounds',
  weight: 0.5,
  shows: 'text',
  /** The kind, `.env`, the environment a line each, and the flags a piece each. */
  make(random) {
    const kind = random.pick(['node', 'proxy', 'client'] as const);
    const file = someSettings(random, kind, false).join('\n');
    const environment = someSettings(random, kind, false).join('\n');
    return [kind, file, environment, ...someSettings(random, kind, true)].map(bytesOf);
  },
  take([kindBytes, file, environmentBytes, ...flags]) {
    const text = textOf(kindBytes);
    const load = LOAD[text === 'node' || text === 'proxy' ? text : 'client'];
    writeFileSync(join(directory(), '.env'), file ?? '');
    const environment = Object.fromEntries(
      textOf(environmentBytes)
        .split('\n')
        .map((line) => [line.split('=', 1)[0] ?? '', line.slice(line.indexOf('=') + 1)]),
    );
    const loaded = wordsOrConfig(() => load(flags.map(textOf), environment, directory()));
    if (loaded === null) return 'refused';
    holds(Object.isFrozen(loaded), () => 'what was loaded can be changed');
    checkValues(loaded);
    return 'accepted';
  },
};

function wordsOrConfig(work: () => object): object | null {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    checkText(error.message, WORDS_MAX);
    holds(error.problems.length > 0, () => 'it is refused without a reason');
    for (const { name, expected } of error.problems) {
      holds(name !== '' && expected !== '', () => `a problem without words: ${name}`);
    }
    return null;
  }
}

/** Numbers are counts; nothing comes from an object's prototype. */
function checkValues(value: unknown): void {
  if (typeof value === 'number') {
    holds(Number.isSafeInteger(value) && value >= 0, () => `a setting is ${value}`);
  } else if (typeof value === 'object' && value !== null) {
    for (const each of Object.values(value)) checkValues(each);
  } else {
    holds(typeof value !== 'function' && value !== undefined, () => `a setting is ${typeof value}`);
  }
}
