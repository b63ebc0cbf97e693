/** Judges the settings of all processes before the first is started, and before anything is removed. */
import { ConfigError, loadNodeConfig, loadProxyConfig, type Problem } from '#config';
import { ClusterError } from './error.js';
import { nodeSettings, proxySettings, type Layout } from './layout.js';
import type { ProcessSettings } from './process.js';

const ELECTION = '--election';
const ELECTION_FORM = 'expected node=time, such as 6787=10s,6788=30s, or one time for all';

/** Throws one ClusterError that names everything that a process would refuse, and whose it is. */
export function refuseWrongSettings(layout: Layout): void {
  const problems = [...electionProblems(layout), ...processProblems(layout)];
  if (problems.length === 0) return;
  throw new ClusterError('wrong-settings', new ConfigError(problems).message);
}

/** A time for nobody is a slip that would go unnoticed. */
function electionProblems({ record, options }: Layout): readonly Problem[] {
  const times = options.electionTimeout;
  if (times === undefined) return [];
  if (typeof times === 'string') {
    return times.trim() === '' ? [problem(ELECTION, 'empty', ELECTION_FORM)] : [];
  }
  const known = record.nodes.flatMap(({ id, name }) => [String(id), name]);
  const nodes = record.nodes.map(({ id, name }) => `${String(id)} (${name})`).join(', ');
  return Object.entries(times).flatMap(([key, time]) => {
    if (key.includes('=')) return [problem(ELECTION, quoted(key), 'this node was given before')];
    if (time === '') return [problem(ELECTION, quoted(key), ELECTION_FORM)];
    if (known.includes(key)) return [];
    return [
      problem(ELECTION, quoted(`${key}=${time}`), `there is no such node; there are ${nodes}`),
    ];
  });
}

/** What several processes complain of alike comes once. */
function processProblems(layout: Layout): readonly Problem[] {
  const processes: (readonly [ProcessSettings, readonly Problem[]])[] = [
    ...layout.record.nodes.map((node) => judged(nodeSettings(layout, node), loadNodeConfig)),
    ...layout.proxies.map((proxy) => judged(proxySettings(layout, proxy), loadProxyConfig)),
  ];
  const found = new Map<string, { readonly problem: Problem; readonly names: string[] }>();
  for (const [{ name, environment }, problems] of processes) {
    for (const each of problems) {
      const named = nameAsGiven(each, environment, layout);
      const key = JSON.stringify(named);
      const same = found.get(key) ?? { problem: named, names: [] };
      same.names.push(name);
      found.set(key, same);
    }
  }
  return [...found.values()].map(({ problem: each, names }) =>
    names.length === processes.length ? each : { ...each, given: given(each, names) },
  );
}

function judged(
  settings: ProcessSettings,
  load: (
    argv: readonly string[],
    environment: ProcessSettings['environment'],
    at: string,
  ) => unknown,
): readonly [ProcessSettings, readonly Problem[]] {
  try {
    load([], settings.environment, settings.workingDirectory);
    return [settings, []];
  } catch (error) {
    if (error instanceof ConfigError) return [settings, error.problems];
    throw error;
  }
}

/** The children have it in their environment; the user wrote it on the command line. */
function nameAsGiven(
  each: Problem,
  environment: ProcessSettings['environment'],
  { options }: Layout,
): Problem {
  const time = environment['ELECTION_TIMEOUT'];
  const isOurs = options.electionTimeout !== undefined && each.name === 'ELECTION_TIMEOUT';
  return isOurs && time !== undefined ? problem(ELECTION, quoted(time), each.expected) : each;
}

function given(each: Problem, names: readonly string[]): string {
  return each.given === '' ? '' : `${each.given} for ${names.join(', ')}`;
}

function problem(name: string, text: string, expected: string): Problem {
  return { name, given: text, expected };
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
