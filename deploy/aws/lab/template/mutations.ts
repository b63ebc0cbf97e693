/** Planted mistakes, each with the step that has to fail because of it: a lab that can't fail shows nothing. */
import type { Templates } from '../../lib/resources.js';

export interface Mutation {
  readonly name: string;
  readonly plants: string;
  /** The name of the step that must fail; those before it must not. */
  readonly caughtBy: string;
  readonly templates?: (templates: Templates) => Templates;
  /** Of the artefact, by path. */
  readonly files?: Readonly<Record<string, (text: string) => string>>;
}

/** Throws if the text has nothing like that in it: the mistake would not be planted. */
const replaced = (from: string, to: string) => (text: string) => {
  if (!text.includes(from)) throw new Error(`there is no ${from} to plant a mistake in`);
  return text.replaceAll(from, to);
};

/** In the hosts' template as it is written, without blanks. */
const inHosts =
  (from: string, to: string) =>
  ({ data, hosts }: Templates): Templates => ({
    data,
    hosts: JSON.parse(replaced(from, to)(JSON.stringify(hosts))) as Templates['hosts'],
  });

export const MUTATIONS: readonly Mutation[] = [
  {
    name: 'misspelt-word',
    plants: 'a command that does not exist in bootstrap.sh',
    caughtBy: 'boot',
    files: { 'instance/bootstrap.sh': replaced('learn_state', 'learn_sate') },
  },
  {
    name: 'policy',
    plants: 'roles of the template that may not note a node’s state',
    caughtBy: 'boot',
    templates: inHosts('"ssm:PutParameter"', '"ssm:PutParameters"'),
  },
  {
    name: 'foreign-volume',
    plants: 'bob’s user data names ada’s volume',
    caughtBy: 'boot',
    templates: ({ data, hosts }) => ({
      data,
      hosts: JSON.parse(
        JSON.stringify(hosts).replaceAll(
          /(NODE_ID=2[^{]*VOLUME_ID=",\{"Fn::ImportValue":"[\w-]+:volume-)bob/g,
          '$1ada',
        ),
      ) as Templates['hosts'],
    }),
  },
  {
    name: 'open-door',
    plants: 'a security group that lets clients into the nodes’ peer port',
    caughtBy: 'doors',
    templates: ({ data, hosts }) => {
      const rules = Object.entries(hosts.Resources).filter(
        ([, { Type: type }]) => type === 'AWS::EC2::SecurityGroupIngress',
      );
      const named = (part: string) => rules.find(([, rule]) => JSON.stringify(rule).includes(part));
      const [, peers] = named('Raft') ?? [];
      const [, requests] = named('Requests') ?? [];
      const source = requests?.Properties?.['SourceSecurityGroupId'];
      if (peers === undefined || source === undefined) throw new Error('there are no such rules');
      const open = { ...peers, Properties: { ...peers.Properties, SourceSecurityGroupId: source } };
      return { data, hosts: { ...hosts, Resources: { ...hosts.Resources, Open: open } } };
    },
  },
  {
    name: 'blank-taken',
    plants: 'a condition of volume.sh that lets a blank volume pass for a node that had data',
    caughtBy: 'volumes-refused',
    files: {
      'instance/lib/volume.sh': replaced(
        '[[ $STATE == new ]] || fail 3',
        '[[ -n $STATE ]] || fail 3',
      ),
    },
  },
  {
    name: 'unit-key',
    plants: 'a misspelt key in relevo-node.service: no watchdog',
    caughtBy: 'frozen',
    files: {
      'instance/systemd/relevo-node.service': replaced('WatchdogSec=20', 'WatchdogSecs=20'),
    },
  },
];
