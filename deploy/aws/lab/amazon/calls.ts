/** The calls that instances make, as Amazon answers them; each is judged by the policies of the caller's role. */
import type { Instance } from '../machine/instance.js';
import { ACCOUNT, REGION } from '../template/deployment.js';
import type { Account } from './account.js';
import { CallError } from './arguments.js';
import type { Arguments } from './arguments.js';
import type { Request } from './policies.js';

/** Null: the operator, who may do everything. */
export type Caller = Instance | null;

export interface Call {
  readonly account: Account;
  readonly caller: Caller;
  readonly args: Arguments;
  readonly body: Buffer;
}

type Answer = string | Buffer | Promise<string | Buffer>;

/** Refuses as Amazon does what the caller's role does not allow. */
export function authorize({ account, caller }: Call, request: Request): void {
  if (caller === null || account.policies.allows(caller.settings.host, request)) return;
  throw new CallError(
    254,
    `An error occurred (AccessDenied): ${caller.settings.host} is not authorized to perform: ` +
      `${request.action} on resource: ${request.resource}`,
  );
}

const parameterArn = (name: string): string => `arn:aws:ssm:${REGION}:${ACCOUNT}:parameter${name}`;

export const CALLS: Readonly<Record<string, (call: Call) => Answer>> = {
  's3 cp': (call) => {
    const [from = '', to = ''] = call.args.others;
    return from.startsWith('s3://') ? download(call, from) : upload(call, to);
  },
  'ssm get-parameter': (call) => {
    const name = call.args.one('name');
    authorize(call, { action: 'ssm:GetParameter', resource: parameterArn(name) });
    onlyQuery(call, 'Parameter.Value');
    const value = call.account.parameters.get(name);
    if (value === undefined) throw new CallError(254, `(ParameterNotFound): ${name}`);
    return `${value}\n`;
  },
  'ssm get-parameters-by-path': (call) => {
    const path = call.args.one('path');
    authorize(call, { action: 'ssm:GetParametersByPath', resource: parameterArn(path) });
    const found = [...call.account.parameters].filter(([name]) => name.startsWith(`${path}/`));
    return JSON.stringify({ Parameters: found.map(([Name, Value]) => ({ Name, Value })) });
  },
  'ssm put-parameter': (call) => {
    const name = call.args.one('name');
    authorize(call, { action: 'ssm:PutParameter', resource: parameterArn(name) });
    if (call.account.parameters.has(name) && !call.args.has('overwrite')) {
      throw new CallError(254, `(ParameterAlreadyExists): ${name}`);
    }
    call.account.parameters.set(name, call.args.one('value'));
    return '';
  },
  'ec2 attach-volume': attachVolume,
  'route53 change-resource-record-sets': changeNames,
  'cloudwatch put-metric-data': (call) => {
    authorize(call, {
      action: 'cloudwatch:PutMetricData',
      resource: '*',
      context: { 'cloudwatch:namespace': [call.args.one('namespace')] },
    });
    call.account.metrics.push(call.args.one('metric-name'));
    return '';
  },
};

/** A query is a language of its own: the stand-in knows those that are asked, and refuses others. */
export function onlyQuery({ args }: Call, ...known: readonly string[]): string {
  const query = args.one('query');
  if (!known.includes(query)) throw new CallError(252, `the stand-in has no answer to ${query}`);
  return query;
}

function objectOf({ account }: Call, url: string): { readonly key: string; readonly arn: string } {
  const [, bucket, key = ''] = /^s3:\/\/([^/]+)\/(.+)$/.exec(url) ?? [];
  if (bucket !== account.deployment.bucket) throw new CallError(1, `(NoSuchBucket): ${url}`);
  return { key, arn: `arn:aws:s3:::${bucket}/${key}` };
}

function download(call: Call, url: string): Buffer {
  const { key, arn } = objectOf(call, url);
  authorize(call, { action: 's3:GetObject', resource: arn });
  const found = call.account.objects.get(key);
  if (found === undefined) throw new CallError(1, `(404) when calling HeadObject: ${key}`);
  return found;
}

function upload(call: Call, url: string): string {
  const { key, arn } = objectOf(call, url);
  authorize(call, { action: 's3:PutObject', resource: arn });
  call.account.objects.set(key, call.body);
  return '';
}

async function attachVolume(call: Call): Promise<string> {
  const { account, args } = call;
  const volume = account.volumes.get(args.one('volume-id'));
  const instance = account.instance(args.one('instance-id'));
  if (instance?.state !== 'running') throw new CallError(254, '(InvalidInstanceID.NotFound)');
  const action = 'ec2:AttachVolume';
  const arn = (kind: string, id: string) => `arn:aws:ec2:${REGION}:${ACCOUNT}:${kind}/${id}`;
  authorize(call, { action, resource: arn('volume', volume.id) });
  authorize(call, {
    action,
    resource: arn('instance', instance.settings.id),
    context: {
      'ec2:ResourceTag/relevo:host': [instance.settings.host],
      'ec2:ResourceTag/relevo:cluster': [account.deployment.cluster],
    },
  });
  const zone = account.deployment.volumes.find(({ id }) => id === volume.id)?.zone;
  if (zone !== account.deployment.host(instance.settings.host).zone) {
    throw new CallError(254, `(InvalidVolume.ZoneMismatch): ${volume.id}`);
  }
  if (volume.holder !== null) {
    throw new CallError(254, `(VolumeInUse): ${volume.id} is already attached to ${volume.holder}`);
  }
  volume.holder = instance.settings.id;
  await instance.attach(volume);
  return '{ "State": "attaching" }\n';
}

interface Change {
  readonly Action: string;
  readonly ResourceRecordSet: {
    readonly Name: string;
    readonly Type: string;
    readonly TTL: number;
    readonly ResourceRecords: readonly { readonly Value: string }[];
  };
}

function changeNames(call: Call): string {
  const zone = call.args.one('hosted-zone-id');
  const { Changes: changes } = JSON.parse(call.args.one('change-batch')) as {
    readonly Changes: readonly Change[];
  };
  const normal = ({ ResourceRecordSet: { Name: name } }: Change): string =>
    name.toLowerCase().replace(/\.$/, '');
  const prefix = 'route53:ChangeResourceRecordSets';
  authorize(call, {
    action: prefix,
    resource: `arn:aws:route53:::hostedzone/${zone}`,
    context: {
      [`${prefix}NormalizedRecordNames`]: changes.map(normal),
      [`${prefix}RecordTypes`]: changes.map((each) => each.ResourceRecordSet.Type),
      [`${prefix}Actions`]: changes.map((each) => each.Action),
    },
  });
  const { zoneId, domain } = call.account.deployment;
  if (zone !== zoneId) throw new CallError(254, `(NoSuchHostedZone): ${zone}`);
  for (const change of changes) {
    const { TTL: ttlSeconds, ResourceRecords: records } = change.ResourceRecordSet;
    if (!normal(change).endsWith(`.${domain}`)) throw new CallError(254, '(InvalidChangeBatch)');
    if (change.Action === 'DELETE') call.account.names.delete(normal(change));
    else call.account.names.set(normal(change), { address: records[0]?.Value ?? '', ttlSeconds });
  }
  return '{ "ChangeInfo": { "Status": "PENDING" } }\n';
}
