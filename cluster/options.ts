/** The options of `npm start`. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { resolve } from 'node:path';

export interface StartOptions {
  readonly nodes?: number;
  readonly proxies: number;
  /** Absolute; null: a folder of its own for this run (with `--smoke`). */
  readonly dataDirectory: string | null;
  readonly fresh: boolean;
  readonly electionTimeout?: string | Readonly<Record<string, string>>;
  readonly smoke: boolean;
  readonly tls: boolean;
}

const DEFAULT_DATA = 'data';
const NODES_MAX = 9;

interface Flags {
  readonly nodes?: number;
  readonly proxies: number;
  readonly data?: string;
  readonly fresh?: boolean;
  readonly election?: string | Readonly<Record<string, string>>;
  readonly smoke?: boolean;
  readonly tls?: boolean;
}

/** Throws commander's CommanderError, which has said what is wrong. `directory` is where paths begin. */
export function parseStartOptions(
  words: readonly string[],
  directory: string,
  write: (text: string) => void,
): StartOptions {
  const program = new Command('npm start --')
    .description('Starts a cluster of nodes and a proxy on this machine, and a prompt.')
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({ writeOut: write, writeErr: write })
    .showHelpAfterError()
    .addOption(new Option('--nodes <count>', 'how many: 1, 3, 5 (default: 3)').argParser(nodeCount))
    .addOption(new Option('--proxies <count>', 'how many').argParser(proxyCount).default(1))
    .addOption(new Option('--data <directory>', 'where everything is kept (default: ./data)'))
    .addOption(new Option('--fresh', 'remove what an earlier run left there, first'))
    .addOption(
      new Option(
        '--election <times>',
        'election timeouts: one for all (300-600ms), or one a node (6787=10s,6788=30s)',
      ).argParser(electionTimes),
    )
    .addOption(new Option('--tls', 'every connection is TLS, with certificates made for this run'))
    .addOption(new Option('--smoke', 'kill the leader under load, check everything, and end'));
  program.parse([...words], { from: 'user' });
  const { nodes, proxies, data, fresh, election, smoke, tls } = program.opts<Flags>();
  return {
    ...(nodes === undefined ? {} : { nodes }),
    ...(election === undefined ? {} : { electionTimeout: election }),
    proxies,
    dataDirectory:
      data === undefined && smoke === true ? null : resolve(directory, data ?? DEFAULT_DATA),
    fresh: fresh === true,
    smoke: smoke === true,
    tls: tls === true,
  };
}

/** Judged together with all other settings; what is no `node=time` stays as it is, without a time. */
function electionTimes(text: string): string | Readonly<Record<string, string>> {
  if (!text.includes('=')) return text;
  const times: Record<string, string> = {};
  for (const part of text.split(',').map((each) => each.trim())) {
    const equals = part.indexOf('=');
    const node = part.slice(0, Math.max(0, equals)).trim();
    const time = part.slice(equals + 1).trim();
    if (node === '' || time === '') times[part.replace('=', '')] = '';
    // Under its whole text: a node that comes twice is a slip too.
    else if (node in times) times[part] = time;
    else times[node] = time;
  }
  return times;
}

function nodeCount(text: string): number {
  return countWithin(text, 1, NODES_MAX);
}

function proxyCount(text: string): number {
  return countWithin(text, 1, NODES_MAX);
}

function countWithin(text: string, min: number, max: number): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && count >= min && count <= max) return count;
  throw new InvalidArgumentError(`Give a number from ${min} to ${max}.`);
}
