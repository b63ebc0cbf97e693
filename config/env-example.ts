/** .env.example, and the text of --help, from the tables of settings (R11). */
import type { Setting, SettingTable } from './setting.js';
import {
  CLIENT_SETTINGS,
  CLUSTER_SETTINGS,
  NODE_SETTINGS,
  PROXY_SETTINGS,
  SERVICE_SETTINGS,
} from './settings.js';

const WIDTH = 98;

const HEAD = `# Settings of Relevo. Copy this file to .env and take the # off the lines that are to differ from the
# default that they show. A flag (--node-id 6788) comes before the environment, the environment before
# .env, .env before the default. One .env is read: that of the folder where you stand (also with
# npm run, and npm --prefix DIR run); if there is none, that of the folder of this file, for npm alone.
# Relative paths begin in the folder of the .env that was read, without one where you stand.
# A setting that is wrong refuses to start, with all the others that are; so does a name that is none in
# .env (in the environment it is passed over: others live there too).
# Times are written with a unit: ms, s, m; sizes as bytes, KiB, MiB or GiB.
`;

/** What .env.example has to be, byte for byte. */
export function envExample(): string {
  const shared = { ...CLUSTER_SETTINGS, ...SERVICE_SETTINGS };
  return [
    HEAD,
    section('The cluster: the same on every node and proxy', CLUSTER_SETTINGS),
    section('A node', without(NODE_SETTINGS, shared)),
    section('A proxy', without(PROXY_SETTINGS, shared)),
    section('Nodes and proxies alike', SERVICE_SETTINGS),
    section('A client', CLIENT_SETTINGS),
  ].join('\n');
}

export function nodeUsage(program: string): string {
  return usage(program, NODE_SETTINGS);
}

export function proxyUsage(program: string): string {
  return usage(program, PROXY_SETTINGS);
}

function usage(program: string, table: SettingTable): string {
  const lines = Object.values(table).map(
    ({ flag, name, unit, defaultText, reason }) =>
      `  ${flag} <${unit}>\n` + wrapped(`${name}; default ${defaultText}. ${reason}`, '      '),
  );
  return `Usage: ${program} [flags]\n\n${lines.join('\n')}\n`;
}

function section(title: string, table: SettingTable): string {
  return [`# --- ${title} ---`, '', ...Object.values(table).map(entry)].join('\n');
}

function entry(each: Setting<unknown>): string {
  const fallback = each.default === null ? ` Default: ${each.defaultText}.` : '';
  const reason = wrapped(`${each.reason}${fallback} Unit: ${each.unit}.`, '# ');
  return `${reason}\n#${each.name}=${each.default ?? ''}\n`;
}

function without(table: SettingTable, others: SettingTable): SettingTable {
  return Object.fromEntries(Object.entries(table).filter(([key]) => !(key in others)));
}

function wrapped(text: string, indent: string): string {
  const lines: string[] = [];
  let line = indent;
  for (const word of text.split(' ')) {
    if (line.length + word.length > WIDTH && line.trim() !== indent.trim()) {
      lines.push(line.trimEnd());
      line = indent;
    }
    line += `${word} `;
  }
  return [...lines, line.trimEnd()].join('\n');
}
