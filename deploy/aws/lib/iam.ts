/** What a host may do: to itself, and to nothing that belongs to another host. */
import { Aws } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge.js';
import { parameterPath } from './plan.js';
import type { Host, Plan } from './plan.js';

export interface Means {
  readonly bucketName: string;
  /** The bucket's name as cdk-nag shows it: that of the export it comes from. */
  readonly shownBucket: string;
  /** Volume ids by the node's name. */
  readonly volumes: ReadonlyMap<string, string>;
  readonly zoneId: string;
  readonly logGroupName: string;
}

/** `resources` are written as cdk-nag shows them, with <AWS::Region> and <bucket> for what the template fills in. */
interface Grant {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** Why a wildcard has to be in `resources`; a wildcard without it fails the synthesis. */
  readonly because?: string;
  readonly conditions?: Record<string, unknown>;
}

const HERE = '<AWS::Region>:<AWS::AccountId>';

const parametersOf = (plan: Plan, host: Host, rest: string): string =>
  `arn:<AWS::Partition>:ssm:${HERE}:parameter${parameterPath(plan, host.name)}/${rest}`;

/** Session Manager and Run Command. Not Amazon's own policy for it: that one reads every parameter of the account. */
const SESSION_MANAGER: Grant = {
  actions: [
    'ssm:UpdateInstanceInformation',
    'ssm:ListAssociations',
    'ssm:ListInstanceAssociations',
    'ssm:UpdateInstanceAssociationStatus',
    'ssm:GetDocument',
    'ssm:DescribeDocument',
    'ssmmessages:CreateControlChannel',
    'ssmmessages:CreateDataChannel',
    'ssmmessages:OpenControlChannel',
    'ssmmessages:OpenDataChannel',
    'ec2messages:AcknowledgeMessage',
    'ec2messages:DeleteMessage',
    'ec2messages:FailMessage',
    'ec2messages:GetEndpoint',
    'ec2messages:GetMessages',
    'ec2messages:SendReply',
  ],
  resources: ['*'],
  because: 'Session Manager and the metrics of CloudWatch know no resources.',
};

/** What every host may: be managed, take the artefact, read its own parameters, set its own name, log. */
export function hostRole(scope: Construct, plan: Plan, host: Host, means: Means): Role {
  const role = new Role(scope, `Role-${host.name}`, {
    assumedBy: new ServicePrincipal('ec2.amazonaws.com'),
    description: `${plan.cluster} ${host.name}`,
  });
  grant(role, means, [
    SESSION_MANAGER,
    {
      actions: ['cloudwatch:PutMetricData'],
      resources: ['*'],
      because: 'Session Manager and the metrics of CloudWatch know no resources.',
      conditions: { StringEquals: { 'cloudwatch:namespace': 'Relevo' } },
    },
    {
      actions: ['s3:GetObject'],
      resources: ['arn:<AWS::Partition>:s3:::<bucket>/artefacts/*'],
      because: 'Every host may start every release: they are the same for all.',
    },
    {
      actions: ['ssm:GetParameter', 'ssm:GetParametersByPath'],
      resources: [parametersOf(plan, host, '*')],
      because: 'The path is this host’s own: its state and its certificates.',
    },
    {
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents', 'logs:DescribeLogStreams'],
      resources: [`arn:<AWS::Partition>:logs:${HERE}:log-group:${means.logGroupName}:*`],
      because: 'The streams of this cluster’s own group.',
    },
    ownName(host),
  ]);
  return role;
}

/** Beyond that, a node may take its volume, say that it is new no more, and read backups to be restored. */
export function allowNode(role: Role, plan: Plan, host: Host, means: Means): void {
  const own = {
    'ec2:ResourceTag/relevo:host': host.name,
    'ec2:ResourceTag/relevo:cluster': plan.cluster,
  };
  grant(role, means, [
    {
      actions: ['ec2:AttachVolume'],
      resources: [`arn:<AWS::Partition>:ec2:${HERE}:volume/<volume-${host.name}>`],
    },
    {
      actions: ['ec2:AttachVolume'],
      resources: [`arn:<AWS::Partition>:ec2:${HERE}:instance/*`],
      because:
        'An instance has no name before it is there; the condition asks for this host’s tags.',
      conditions: { StringEquals: own },
    },
    { actions: ['ssm:PutParameter'], resources: [parametersOf(plan, host, 'state')] },
    {
      actions: ['s3:GetObject'],
      resources: [`arn:<AWS::Partition>:s3:::<bucket>/backups/${plan.cluster}/*`],
      because: 'A backup is of the whole cluster: any of its own may be restored.',
    },
  ]);
}

/** Backups are added, never changed: the bucket keeps versions, and nobody here may delete one. */
export function allowBackups(role: Role, plan: Plan, host: Host, means: Means): void {
  grant(role, means, [
    {
      actions: ['s3:PutObject'],
      resources: [`arn:<AWS::Partition>:s3:::<bucket>/backups/${plan.cluster}/${host.name}/*`],
      because: 'The prefix is this host’s own; a backup’s name is its time.',
    },
  ]);
}

function ownName({ dnsName }: Host): Grant {
  return {
    actions: ['route53:ChangeResourceRecordSets'],
    resources: ['arn:<AWS::Partition>:route53:::hostedzone/<zone>'],
    conditions: {
      'ForAllValues:StringEquals': {
        'route53:ChangeResourceRecordSetsNormalizedRecordNames': [dnsName],
        'route53:ChangeResourceRecordSetsRecordTypes': ['A'],
        'route53:ChangeResourceRecordSetsActions': ['UPSERT'],
      },
    },
  };
}

function grant(role: Role, means: Means, grants: readonly Grant[]): void {
  const { bucketName, zoneId, volumes, shownBucket } = means;
  const filled = (resource: string): string =>
    resource
      .replace('<AWS::Partition>', Aws.PARTITION)
      .replace('<AWS::Region>', Aws.REGION)
      .replace('<AWS::AccountId>', Aws.ACCOUNT_ID)
      .replace('<bucket>', bucketName)
      .replace('<zone>', zoneId)
      .replace(/<volume-(\w+)>/, (_, name: string) => volumes.get(name) ?? 'none');
  for (const { actions, resources, because = '', conditions = {} } of grants) {
    role.addToPolicy(
      new PolicyStatement({ actions: [...actions], resources: resources.map(filled), conditions }),
    );
    for (const resource of resources.filter((each) => each.includes('*'))) {
      const shown = resource.replace('<bucket>', shownBucket);
      acknowledge(role, { [`AwsSolutions-IAM5[Resource::${shown}]`]: because });
    }
  }
}
