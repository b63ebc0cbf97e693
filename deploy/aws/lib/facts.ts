/** What a template says about hosts and connections, in plain data: for the picture, the tests and a firewall. */
import { ofType } from './resources.js';
import type { Resource, Template, Templates } from './resources.js';

export interface HostFact {
  readonly name: string;
  readonly instanceType: string;
  /** 0, 1 or 2. */
  readonly zone: number;
  /** The logical id of its security group. */
  readonly group: string;
  readonly userData: string;
}

export interface VolumeFact {
  readonly node: string;
  readonly zone: number;
  readonly sizeGiB: number;
}

/** One way in: TCP, from one security group to another. */
export interface IngressFact {
  readonly from: string;
  readonly to: string;
  readonly port: number;
  readonly description: string;
}

type Tree = Readonly<Record<string, unknown>>;

const tree = (value: unknown): Tree => (value ?? {}) as Tree;
const word = (value: unknown, otherwise: string): string =>
  typeof value === 'string' ? value : otherwise;
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const properties = (resource: Resource | undefined): Tree => tree(resource?.Properties);

/** The logical id that `{Ref}` or `{Fn::GetAtt}` names. */
export function referred(value: unknown): string {
  const { Ref: ref, 'Fn::GetAtt': attribute } = tree(value);
  return word(ref ?? list(attribute)[0], 'none');
}

/** A text with what the template fills in shown as <NAME>. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return value;
  const {
    'Fn::Join': join,
    'Fn::ImportValue': imported,
    'Fn::Base64': encoded,
    Ref: ref,
  } = tree(value);
  if (encoded !== undefined) return shown(encoded);
  if (join !== undefined) {
    const [separator, parts] = list(join);
    return list(parts).map(shown).join(String(separator));
  }
  return `<${word(imported ?? ref, 'something')}>`;
}

const tag = (resource: Resource, key: string): string => {
  const found = list(properties(resource)['Tags'])
    .map(tree)
    .find((each) => each['Key'] === key);
  return word(found?.['Value'], '');
};

export function hostsOf({ hosts }: Templates): readonly HostFact[] {
  return ofType(hosts, 'AWS::AutoScaling::AutoScalingGroup').map(([, group]) => {
    const launch = tree(properties(group)['LaunchTemplate'])['LaunchTemplateId'];
    const data = tree(properties(hosts.Resources[referred(launch)])['LaunchTemplateData']);
    const card = tree(list(data['NetworkInterfaces'])[0]);
    const groups = list(card['Groups'] ?? data['SecurityGroupIds']);
    return {
      name: tag(group, 'relevo:host'),
      instanceType: String(data['InstanceType']),
      zone: zoneOfSubnet(hosts, referred(list(properties(group)['VPCZoneIdentifier'])[0])),
      group: referred(groups[0]),
      userData: shown(data['UserData']),
    };
  });
}

function zoneOfSubnet(hosts: Template, subnet: string): number {
  const zone = properties(hosts.Resources[subnet])['AvailabilityZone'];
  return Number(/zone-(\d)>$/.exec(shown(zone))?.[1] ?? NaN);
}

export function volumesOf({ data }: Templates): readonly VolumeFact[] {
  return ofType(data, 'AWS::EC2::Volume').map(([, volume]) => ({
    node: tag(volume, 'relevo:node'),
    zone: Number(list(tree(properties(volume)['AvailabilityZone'])['Fn::Select'])[0]),
    sizeGiB: Number(properties(volume)['Size']),
  }));
}

/** Throws if somebody is let in who is no security group, or by anything but one TCP port. */
export function ingressOf({ hosts }: Templates): readonly IngressFact[] {
  const inline = ofType(hosts, 'AWS::EC2::SecurityGroup').flatMap(([id, group]) =>
    list(properties(group)['SecurityGroupIngress']).map((rule) => ({ to: id, rule: tree(rule) })),
  );
  const apart = ofType(hosts, 'AWS::EC2::SecurityGroupIngress').map(([, rule]) => ({
    to: referred(properties(rule)['GroupId']),
    rule: properties(rule),
  }));
  return [...inline, ...apart].map(({ to, rule }) => {
    const from = referred(rule['SourceSecurityGroupId']);
    if (from === 'none' || rule['IpProtocol'] !== 'tcp' || rule['FromPort'] !== rule['ToPort']) {
      throw new Error(`${to} lets in more than one TCP port of one group: ${JSON.stringify(rule)}`);
    }
    return { from, to, port: Number(rule['FromPort']), description: String(rule['Description']) };
  });
}
