/**
 * The committed templates with everything filled in that Amazon would fill in: what each host, volume and group is
 * in this lab. Nothing of a host is written down here; it comes from the template.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostsOf, ingressOf, shown, volumesOf } from '../../lib/facts.js';
import type { HostFact, IngressFact, VolumeFact } from '../../lib/facts.js';
import { ofType } from '../../lib/resources.js';
import type { Template, Templates } from '../../lib/resources.js';

export const REGION = 'eu-south-1';
export const ACCOUNT = '123456789012';

/** Values of the hosts' stack, by the names of its parameters. */
export interface StackParameters {
  readonly ArtefactKey: string;
  readonly ArtefactSha256: string;
  readonly ClusterName: string;
  readonly Tls: string;
}

export class Deployment {
  readonly hosts: readonly HostFact[];
  readonly ingress: readonly IngressFact[];
  readonly volumes: readonly (VolumeFact & { readonly id: string })[];
  readonly cluster: string;
  /** The network's addresses, such as 10.40.0.0/16. */
  readonly addresses: string;
  /** The private zone's name, without its last dot. */
  readonly domain: string;
  parameters: StackParameters;
  readonly #templates: Templates;
  readonly #values: ReadonlyMap<string, string>;

  constructor(templates: Templates, parameters: StackParameters) {
    this.#templates = templates;
    this.parameters = parameters;
    this.#values = new Map([...exportsOf(templates.data), ...resourcesOf(templates.hosts)]);
    this.hosts = hostsOf(templates);
    this.ingress = ingressOf(templates);
    this.volumes = volumesOf(templates).map((volume) => ({
      ...volume,
      id: this.fill(`<${this.#export(`volume-${volume.node}`)}>`),
    }));
    const [, network] = only(templates.hosts, 'AWS::EC2::VPC');
    this.addresses = String(network['CidrBlock']);
    const [, zone] = only(templates.hosts, 'AWS::Route53::HostedZone');
    this.domain = String(zone['Name']).replace(/\.$/, '');
    this.cluster = this.domain.replace(/\.internal$/, '');
  }

  get bucket(): string {
    return this.fill(`<${this.#export('bucket')}>`);
  }

  get zoneId(): string {
    return this.fill(`<${only(this.#templates.hosts, 'AWS::Route53::HostedZone')[0]}>`);
  }

  get templates(): Templates {
    return this.#templates;
  }

  host(name: string): HostFact {
    const found = this.hosts.find((host) => host.name === name);
    if (found === undefined) throw new Error(`the template has no host ${name}`);
    return found;
  }

  /** What an instance of the host would be told at its first boot, if it were started now. */
  userData(name: string): string {
    return this.fill(this.host(name).userData);
  }

  /** The parameters of the parameter store that the data stack makes. */
  stored(): readonly (readonly [name: string, value: string])[] {
    return ofType(this.#templates.data, 'AWS::SSM::Parameter').map(([, { Properties = {} }]) => [
      String(Properties['Name']),
      String(Properties['Value']),
    ]);
  }

  /** A text in which facts.ts has shown what the template fills in as <NAME>. Throws at a name that nobody knows. */
  fill(text: string): string {
    return text.replaceAll(/<([A-Za-z][\w:-]*)>/g, (_, name: string) => {
      const value =
        this.#values.get(name) ?? (this.parameters as unknown as Record<string, string>)[name];
      if (value === undefined) throw new Error(`the template refers to ${name}: unknown here`);
      return value;
    });
  }

  #export(part: string): string {
    const suffix = `-data:${part}`;
    const found = [...this.#values.keys()].find((name) => name.endsWith(suffix));
    if (found === undefined) throw new Error(`the data stack exports nothing named …${suffix}`);
    return found;
  }
}

type Properties = Readonly<Record<string, unknown>>;

function only(template: Template, type: string): readonly [id: string, properties: Properties] {
  const [first, ...more] = ofType(template, type);
  if (first === undefined || more.length > 0) throw new Error(`not exactly one ${type}`);
  return [first[0], first[1].Properties ?? {}];
}

/** Ids that look as Amazon's do, and are the same in every run. */
const physicalId = (prefix: string, logicalId: string, length: number): string =>
  prefix + createHash('sha256').update(logicalId).digest('hex').slice(0, length);

interface Output {
  readonly Value: unknown;
  readonly Export?: { readonly Name: string };
}

function exportsOf(data: Template): readonly (readonly [string, string])[] {
  const outputs = Object.values(data.Outputs ?? {}) as Output[];
  return outputs.flatMap(({ Value: value, Export: exported }) =>
    exported === undefined ? [] : [[exported.Name, exportedValue(exported.Name, value)]],
  );
}

function exportedValue(name: string, value: unknown): string {
  const part = name.slice(name.indexOf(':') + 1);
  if (part.startsWith('zone-')) return REGION + (['a', 'b', 'c'][Number(part.slice(5))] ?? '?');
  if (part.startsWith('volume-')) return physicalId('vol-0', JSON.stringify(value), 16);
  return `relevo-lab-${part}`;
}

function resourcesOf(hosts: Template): readonly (readonly [string, string])[] {
  return [
    ...ofType(hosts, 'AWS::Route53::HostedZone').map(
      ([id]) => [id, physicalId('Z', id, 12).toUpperCase()] as const,
    ),
    ['AWS::Partition', 'aws'],
    ['AWS::Region', REGION],
    ['AWS::AccountId', ACCOUNT],
  ];
}

export function committedTemplates(): Templates {
  const read = (stack: string): Template =>
    JSON.parse(
      readFileSync(
        new URL(`../../template/relevo-minimal-${stack}.template.json`, import.meta.url),
        'utf8',
      ),
    ) as Template;
  return { data: read('data'), hosts: read('hosts') };
}

export { shown };
