import type { Command } from 'commander';
import { HTTP_PORT_OFFSET, loadNodeConfig, loadProxyConfig, type NodeAddress } from '#config';
import { TlsProblem } from '#tls';
import type { Call } from '../call.js';
import { certificateFindings } from '../doctor/certificates.js';
import { diskFindings } from '../doctor/disk.js';
import { bad, well, type Finding } from '../doctor/finding.js';
import { clockFinding, clusterFindings, nodeFindings } from '../doctor/nodes.js';
import { ExitCode, UsageError } from '../exit-code.js';
import type { Options, Verb } from '../verb.js';

const ROLES = ['node', 'proxy', 'client'] as const;
type HostRole = (typeof ROLES)[number];
const NODE_MAJOR_MIN = 20;
const STATUS_MS_MAX = 3_000;

export const doctor: Verb = {
  name: 'doctor',
  usage: '',
  summary:
    'look for what is wrong on this host and between it and the nodes; exit status 1 if anything is',
  completes: 'none',
  options(command: Command) {
    command.option(
      '--as <role>',
      'what this host is: node, proxy or client, by its settings here',
      'client',
    );
  },
  async run(call, _args, options) {
    const findings = await examined(call, roleOf(options));
    const { print } = call;
    if (print.form === 'json' || print.form === 'ndjson') print.json(findings);
    else for (const finding of findings) print.line(lineOf(call, finding));
    return findings.some(({ grade }) => grade === 'bad') ? ExitCode.negative : ExitCode.ok;
  },
};

function roleOf(options: Options): HostRole {
  const given = options['as'];
  const role = ROLES.find((each) => each === given);
  if (role === undefined)
    throw new UsageError(`--as ${String(given)}: expected ${ROLES.join(', ')}`);
  return role;
}

interface Settings {
  readonly clusterId: string;
  readonly nodes: readonly NodeAddress[];
  readonly tlsDirectory: string | null;
  /** Null: it keeps no data. */
  readonly dataDirectory: string | null;
}

async function examined(call: Call, role: HostRole): Promise<Finding[]> {
  const settings = settingsOf(call, role);
  const { nodes, tlsDirectory, dataDirectory } = settings;
  const roles = {
    node: ['peer', 'server', 'client'],
    proxy: ['server', 'client'],
    client: ['client'],
  } as const;
  const [hosts, clocks, cluster] = await Promise.all([
    Promise.all(nodes.map((node) => nodeFindings(node, role === 'node'))),
    Promise.all(nodes.map((node) => clockOf(node))),
    clusterOf(call, settings),
  ]);
  return [
    runtime(),
    ...certificateFindings(tlsDirectory, roles[role]),
    ...(dataDirectory === null ? [] : diskFindings(dataDirectory)),
    ...hosts.flat(),
    ...clocks.filter((finding) => finding !== null),
    ...cluster,
  ];
}

function clusterOf(call: Call, settings: Settings): Promise<Finding[]> {
  try {
    return clusterFindings(call.statusReader(), settings, STATUS_MS_MAX);
  } catch (error) {
    if (!(error instanceof TlsProblem)) throw error;
    const remedy = 'put the certificates right first';
    return Promise.resolve([bad('cluster', 'it can not be asked without a certificate', remedy)]);
  }
}

/** Throws a ConfigError that names everything that is wrong, as the service itself would. */
function settingsOf({ world, settings }: Call, role: HostRole): Settings {
  const { environment, directory } = world;
  if (role === 'node') return loadNodeConfig([], environment, directory);
  const { clusterId, nodes, tlsDirectory } = loadProxyConfig([], environment, directory);
  const own = role === 'proxy' ? tlsDirectory : settings.tlsDirectory;
  return { clusterId, nodes, tlsDirectory: own, dataDirectory: null };
}

function clockOf({ id, host, port }: NodeAddress): Promise<Finding | null> {
  const at = host.includes(':') ? `[${host}]` : host;
  return clockFinding(`clock of node ${id}`, `http://${at}:${port + HTTP_PORT_OFFSET}/livez`);
}

function runtime(): Finding {
  const major = Number(process.versions.node.split('.')[0]);
  if (major >= NODE_MAJOR_MIN) return well('Node.js', process.version);
  return bad('Node.js', process.version, `install ${NODE_MAJOR_MIN} or later`);
}

function lineOf({ print }: Call, { grade, what, seen, remedy }: Finding): string {
  const { green, yellow, red } = print.colors;
  const mark = { ok: green('ok  '), warn: yellow('warn'), bad: red('BAD ') }[grade];
  return `${mark}  ${what}: ${seen}${remedy === '' ? '' : `; ${remedy}`}`;
}
