/** The calls that an operator makes, with relevo-aws or by hand; no instance may make them. */
import { ACCOUNT } from '../template/deployment.js';
import type { StackParameters } from '../template/deployment.js';
import { CallError } from './arguments.js';
import { onlyQuery } from './calls.js';
import type { Call } from './calls.js';

interface Invocation {
  readonly Status: string;
  readonly StandardOutputContent: string;
  readonly StandardErrorContent: string;
}

const IN_PROGRESS: Invocation = {
  Status: 'InProgress',
  StandardOutputContent: '',
  StandardErrorContent: '',
};
const COMMAND_MS_MAX = 600_000;
/** As much as Amazon gives of each. */
const OUTPUT_CHARACTERS_MAX = 24_000;

export class OperatorCalls {
  readonly #invocations = new Map<string, Invocation>();

  readonly calls: Readonly<Record<string, (call: Call) => string | Promise<string>>> = {
    'sts get-caller-identity': () => `${ACCOUNT}\n`,
    'ec2 describe-instances': (call) => describeInstances(call),
    'ec2 terminate-instances': (call) => terminate(call),
    'ec2 describe-volumes': (call) => describeVolumes(call),
    'ec2 modify-volume': (call) => modifyVolume(call),
    'ec2 describe-volumes-modifications': ({ args }) => modifications(args.list('volume-ids')),
    'ssm send-command': (call) => this.#send(call),
    'ssm get-command-invocation': ({ args }) =>
      JSON.stringify(this.#invocations.get(args.one('command-id')) ?? notYet()),
    'cloudformation describe-stacks': (call) => describeStacks(call),
    'cloudformation update-stack': (call) => updateStack(call),
    'cloudformation wait': () => '',
  };

  #send({ account, args }: Call): string {
    const instance = account.instance(args.one('instance-ids'));
    if (instance?.state !== 'running') throw new CallError(254, '(InvalidInstanceId)');
    if (args.one('document-name') !== 'AWS-RunShellScript') throw new CallError(252, 'document');
    const { commands } = JSON.parse(args.one('parameters')) as { readonly commands: string[] };
    const id = `command-${this.#invocations.size}`;
    this.#invocations.set(id, IN_PROGRESS);
    void instance.run(commands.join('\n'), COMMAND_MS_MAX).then(({ status, output, error }) => {
      this.#invocations.set(id, {
        Status: status === 0 ? 'Success' : 'Failed',
        StandardOutputContent: output.slice(0, OUTPUT_CHARACTERS_MAX),
        StandardErrorContent: error.slice(0, OUTPUT_CHARACTERS_MAX),
      });
    });
    return `${id}\n`;
  }
}

function notYet(): never {
  throw new CallError(254, '(InvocationDoesNotExist)');
}

/** Every query of instances that the tool and the runbooks ask has these columns. */
function describeInstances({ account }: Call): string {
  const rows = account.instances
    .filter(({ state }) => state === 'running')
    .map(({ settings: { host, id, zone, card, type } }) => {
      return [host, id, 'running', zone, card.address, type];
    });
  return JSON.stringify(rows);
}

async function terminate({ account, args }: Call): Promise<string> {
  for (const id of args.list('instance-ids')) {
    const instance = account.instance(id);
    if (instance === undefined) throw new CallError(254, `(InvalidInstanceID.NotFound): ${id}`);
    await account.terminate(instance);
  }
  return '{}\n';
}

function describeVolumes({ account, args }: Call): string {
  const ids = args.has('volume-ids') ? args.list('volume-ids') : [...account.volumes.all.keys()];
  const found = ids.map((id) => account.volumes.get(id));
  return JSON.stringify({
    Volumes: found.map(({ id, sizeGiB, holder }) => ({
      VolumeId: id,
      Size: sizeGiB,
      State: holder === null ? 'available' : 'in-use',
      Attachments: holder === null ? [] : [{ InstanceId: holder, State: 'attached' }],
    })),
  });
}

async function modifyVolume({ account, args }: Call): Promise<string> {
  const id = args.one('volume-id');
  await account.volumes.grow(id, Number(args.one('size')));
  return modifications([id]);
}

/** In the lab they are over when the call comes back. */
const modifications = (ids: readonly string[]): string =>
  JSON.stringify({
    VolumesModifications: ids.map((VolumeId) => ({ VolumeId, ModificationState: 'completed' })),
  });

function describeStacks(call: Call): string {
  const { deployment } = call.account;
  onlyQuery(call, 'Stacks[0]');
  const name = call.args.one('stack-name');
  if (name === `${deployment.cluster}-data`) {
    const exported = { ExportName: `${name}:bucket`, OutputValue: deployment.bucket };
    return JSON.stringify({ Outputs: [exported] });
  }
  if (name !== `${deployment.cluster}-hosts`) throw new CallError(254, `${name} does not exist`);
  const parameters = Object.entries(deployment.parameters).map(
    ([ParameterKey, ParameterValue]: [string, string]) => ({ ParameterKey, ParameterValue }),
  );
  const zone = { OutputKey: 'ZoneId', OutputValue: deployment.zoneId };
  return JSON.stringify({ Parameters: parameters, Outputs: [zone] });
}

/** Launch templates change, no running instance does. */
function updateStack({ account, args }: Call): string {
  const changed = args.list('parameters').flatMap((word) => {
    const [, key, value] = /^ParameterKey=(\w+),ParameterValue=(.*)$/.exec(word) ?? [];
    return key === undefined ? [] : [[key, value]];
  });
  const { deployment } = account;
  deployment.parameters = {
    ...deployment.parameters,
    ...(Object.fromEntries(changed) as Partial<StackParameters>),
  };
  return '{}\n';
}
