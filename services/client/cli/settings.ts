/** The options that every verb knows, from flags, then environment, then .env, then defaults. */
import { InvalidArgumentError, Option, type Command } from 'commander';
import { loadClientConfig } from '#config';
import type { Consistency } from '#client';
import type { Plaintext } from '#tls';
import type { World } from './world.js';

export const FORMS = ['table', 'json', 'ndjson', 'raw'] as const;
export type Form = (typeof FORMS)[number];

const DEFAULT_HOST = '127.0.0.1';

export interface Settings {
  readonly endpoints: readonly string[];
  readonly timeoutMs: number;
  readonly consistency: Consistency;
  /** Null: plain connections. */
  readonly tlsDirectory: string | null;
  readonly plaintext: Plaintext;
  readonly form: Form;
  /** Repeats a write whose outcome was unknown. */
  readonly requestId: string | null;
  readonly keysAreBase64: boolean;
  readonly valuesAreBase64: boolean;
}

/** What commander found; the first six are texts that #config judges. */
interface Flags {
  readonly endpoints?: string;
  readonly node?: string;
  readonly timeout?: string;
  readonly consistency?: string;
  readonly tlsDir?: string;
  readonly plaintext?: string;
  readonly output: Form;
  readonly requestId?: string;
  readonly key64?: boolean;
  readonly value64?: boolean;
}

export function addGlobalOptions(command: Command, form: Form = 'table'): Command {
  const options = [
    new Option('--endpoints <list>', 'proxies, host:port,... (RELEVO_ENDPOINTS; 127.0.0.1:2379)'),
    new Option('--node <node>', 'one node directly, by its port or host:port, instead of a proxy'),
    new Option('--timeout <time>', 'for each call, such as 500ms (RELEVO_TIMEOUT; 30s)'),
    new Option(
      '--consistency <level>',
      'of reads: linearizable or stale (RELEVO_CONSISTENCY; linearizable)',
    ),
    new Option('--tls-dir <path>', "this client's certificate (TLS_DIR; plain connections)"),
    new Option('--plaintext <where>', 'where connections may be plain (PLAINTEXT; loopback)'),
    new Option('-o, --output <form>', 'how answers are written').choices(FORMS).default(form),
    new Option('--request-id <id>', 'repeat a write of unknown outcome; it happens once at most') //
      .argParser(requestId),
    new Option('--key64', 'keys and prefixes are given as base64'),
    new Option('--value64', 'values are given as base64'),
  ];
  for (const option of options) command.addOption(option);
  return command;
}

/** Throws a ConfigError that names everything that is wrong. */
export function settingsOf(flags: Readonly<Record<string, unknown>>, world: World): Settings {
  const given = flags as unknown as Flags;
  const node = given.node === undefined ? undefined : nodeAddress(given.node);
  const argv = [
    ...flag('--endpoints', node ?? given.endpoints),
    ...flag('--timeout', given.timeout),
    ...flag('--consistency', given.consistency),
    ...flag('--tls-dir', given.tlsDir),
    ...flag('--plaintext', given.plaintext),
  ];
  return {
    ...loadClientConfig(argv, world.environment, world.directory),
    form: given.output,
    requestId: given.requestId ?? null,
    keysAreBase64: given.key64 === true,
    valuesAreBase64: given.value64 === true,
  };
}

export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) {
    throw new InvalidArgumentError('Give a whole number from 0 on.');
  }
  return value;
}

/** In milliseconds. */
export function duration(text: string): number {
  const match = /^(\d{1,9})(ms|s)$/.exec(text);
  const value = Number(match?.[1]) * (match?.[2] === 's' ? 1_000 : 1);
  if (match !== null && value > 0) return value;
  throw new InvalidArgumentError('Give a time such as 500ms or 5s.');
}

function nodeAddress(text: string): string {
  return /^\d+$/.test(text) ? `${DEFAULT_HOST}:${text}` : text;
}

function flag(name: string, text: string | undefined): readonly string[] {
  return text === undefined ? [] : [`${name}=${text}`];
}

function requestId(text: string): string {
  if (/^[1-9]\d*:[1-9]\d*$/.test(text)) return text;
  throw new InvalidArgumentError('Give session:sequence, as it was printed.');
}

/** For whoever opens a prompt without a command line. */
export function settingsFor(
  endpoints: readonly string[],
  world: World,
  tlsDirectory?: string,
): Settings {
  const tls = tlsDirectory === undefined ? {} : { tlsDir: tlsDirectory };
  return settingsOf({ endpoints: endpoints.join(','), ...tls, output: 'table' }, world);
}
