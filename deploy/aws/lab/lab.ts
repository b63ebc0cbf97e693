/** One lab: the template's hosts on this machine, and a stand-in for the parts of Amazon that they ask. */
import { copyFileSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import type { Templates } from '../lib/resources.js';
import { Account } from './amazon/account.js';
import { serveNames } from './amazon/name-server.js';
import { AmazonServer } from './amazon/server.js';
import { run } from './machine/commands.js';
import type { Outcome } from './machine/commands.js';
import type { Instance } from './machine/instance.js';
import type { LabNames } from './machine/names.js';
import { METADATA_ADDRESS, NAMES_ADDRESS, Network } from './machine/network.js';
import { until } from './machine/until.js';
import { Volumes } from './machine/volumes.js';
import { Deployment } from './template/deployment.js';
import type { Artefact } from './template/artefacts.js';
import { Runbooks } from './template/runbooks.js';

const PACKAGE = fileURLToPath(new URL('..', import.meta.url));

export interface LabSettings {
  readonly names: LabNames;
  readonly templates: Templates;
  readonly artefact: Artefact;
  readonly base: string;
}

/** As `relevo --output json cluster` says it. */
interface NodeState {
  readonly connected: boolean;
  readonly state?: {
    readonly name: string;
    readonly role: string;
    readonly term: number;
    readonly appliedIndex: number;
  };
}

export class Lab {
  readonly deployment: Deployment;
  readonly account: Account;
  readonly network: Network;
  readonly volumes: Volumes;
  readonly server: AmazonServer;
  readonly artefact: Artefact;
  readonly folder: string;
  readonly runbooks = new Runbooks();

  private constructor(settings: LabSettings) {
    const { names, templates, artefact, base } = settings;
    this.folder = names.folder;
    this.artefact = artefact;
    this.deployment = new Deployment(templates, {
      ArtefactKey: artefact.key,
      ArtefactSha256: artefact.sha256,
      ClusterName: 'relevo',
      Tls: 'on',
    });
    this.network = new Network(names.group, this.deployment.addresses, this.deployment.ingress);
    this.volumes = new Volumes(join(names.folder, 'volumes'));
    this.account = new Account({
      deployment: this.deployment,
      network: this.network,
      volumes: this.volumes,
      base,
      folder: names.folder,
      group: names.group,
    });
    this.server = new AmazonServer(this.account);
  }

  /** The network, the stand-in, blank volumes and certificates; no instance yet. */
  static async open(settings: LabSettings): Promise<Lab> {
    const lab = new Lab(settings);
    const { account, deployment, network, volumes } = lab;
    await network.open();
    await lab.server.listen(METADATA_ADDRESS);
    await serveNames(NAMES_ADDRESS, (name) => account.names.get(name));
    for (const { id, node, sizeGiB } of deployment.volumes) await volumes.make(id, node, sizeGiB);
    account.objects.set(settings.artefact.key, settings.artefact.bytes);
    const commands = join(lab.folder, 'commands');
    mkdirSync(commands, { recursive: true });
    copyFileSync(new URL('amazon/aws.mjs', import.meta.url), join(commands, 'aws'));
    symlinkSync(join(PACKAGE, 'relevo-aws'), join(commands, 'relevo-aws'));
    symlinkSync(join(PACKAGE, '../../bin/relevo.js'), join(commands, 'relevo'));
    await lab.operator('relevo-aws certs');
    return lab;
  }

  get nodes(): readonly string[] {
    return this.deployment.volumes.map(({ node }) => node);
  }

  host(name: string): Instance {
    return this.account.host(name);
  }

  get client(): Instance {
    return this.host('client');
  }

  /** A line of shell on the operator's machine, with the command aws. Rejects if it fails. */
  async operator(line: string, env: Readonly<Record<string, string>> = {}): Promise<string> {
    const { status, output, error } = await this.tryOperator(line, env);
    if (status === 0) return output.trimEnd();
    throw new Error(`${line}: exit status ${status}: ${error}${output}`);
  }

  tryOperator(line: string, env: Readonly<Record<string, string>> = {}): Promise<Outcome> {
    const path = `${join(this.folder, 'commands')}:${process.env['PATH'] ?? ''}`;
    return run('bash', ['-euo', 'pipefail', '-c', line], {
      cwd: this.folder,
      env: { ...process.env, ...env, PATH: path },
      limitMs: 600_000,
    });
  }

  async leader(): Promise<string> {
    return until('a leader', 30_000, async () => {
      const leader = (await this.states()).find(({ role }) => role === 'leader');
      return leader?.name;
    });
  }

  /** The nodes that are connected, as a proxy says. */
  async states(): Promise<readonly { name: string; role: string; appliedIndex: number }[]> {
    const { output } = await this.client.run('relevo --output json cluster');
    if (!output.startsWith('{')) return [];
    const { nodes } = JSON.parse(output) as { readonly nodes: readonly NodeState[] };
    return nodes.flatMap(({ connected, state }) =>
      connected && state !== undefined ? [state] : [],
    );
  }

  /** Until every node is connected, one leads, and nobody is further behind than `lagMax` entries. */
  async whole(lagMax = 0): Promise<void> {
    let seen = '';
    const look = async (): Promise<true | undefined> => {
      const states = await this.states();
      seen = states
        .map(({ name, role, appliedIndex }) => `${name} ${role} ${String(appliedIndex)}`)
        .join(', ');
      const applied = states.map(({ appliedIndex }) => appliedIndex);
      const isWhole =
        states.length === this.nodes.length &&
        states.some(({ role }) => role === 'leader') &&
        Math.max(...applied) - Math.min(...applied) <= lagMax;
      return isWhole ? true : undefined;
    };
    await until('the cluster is whole', 60_000, look).catch((error: unknown) => {
      throw new Error(`${String(error)}; last seen: ${seen}`);
    });
  }

  /** The sums of a node's data files, by their names. */
  async sums(node: string): Promise<string> {
    return this.host(node).must('cd /var/lib/relevo/data/data && sha256sum -- *');
  }

  /** Until every node's data files are the same; gives how many there are. */
  async equalFiles(limitMs = 60_000): Promise<number> {
    return until('data files are equal on all nodes', limitMs, async () => {
      const sums = await Promise.all(this.nodes.map((node) => this.sums(node)));
      const [first = ''] = sums;
      return first !== '' && new Set(sums).size === 1 ? first.split('\n').length : undefined;
    });
  }
}
