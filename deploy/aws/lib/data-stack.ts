/**
 * What outlives every instance, and the deployment itself: volumes, the bucket, and what is known about each
 * node. All of it is retained when the stack is deleted.
 */
import { CfnOutput, CfnParameter, Duration, Fn, RemovalPolicy, Stack, Tags } from 'aws-cdk-lib';
import type { StackProps } from 'aws-cdk-lib';
import { CfnVolume } from 'aws-cdk-lib/aws-ec2';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { CfnParameter as StoredParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge.js';
import { exportName, parameterPath, ZONES } from './plan.js';
import type { NodePlan, Plan } from './plan.js';

const BACKUP_DAYS = 35;
const OLD_ARTEFACT_DAYS = 90;

export class DataStack extends Stack {
  readonly #plan: Plan;
  readonly #zones: CfnParameter;

  constructor(scope: Construct, id: string, plan: Plan, props: StackProps) {
    super(scope, id, { ...props, terminationProtection: true });
    this.#plan = plan;
    // Given, not asked for: if Amazon's order of zones changed, volumes would be made anew elsewhere.
    this.#zones = new CfnParameter(this, 'Zones', {
      type: 'List<AWS::EC2::AvailabilityZone::Name>',
      description: `${ZONES} availability zones, in an order that never changes, such as eu-south-1a,eu-south-1b,eu-south-1c`,
    });
    for (const node of plan.nodes) {
      this.#export(`volume-${node.name}`, this.#volume(node).attrVolumeId);
      this.#state(node);
    }
    for (let zone = 0; zone < ZONES; zone += 1) {
      this.#export(`zone-${zone}`, Fn.select(zone, this.#zones.valueAsList));
    }
    this.#export('bucket', this.#bucket().bucketName);
  }

  #volume(node: NodePlan): CfnVolume {
    const volume = new CfnVolume(this, `Volume-${node.name}`, {
      availabilityZone: Fn.select(node.zone, this.#zones.valueAsList),
      size: this.#plan.profile.dataGiB,
      volumeType: 'gp3',
      encrypted: true,
    });
    volume.applyRemovalPolicy(RemovalPolicy.RETAIN);
    Tags.of(volume).add('Name', `${this.#plan.cluster} ${node.name}`);
    Tags.of(volume).add('relevo:cluster', this.#plan.cluster);
    Tags.of(volume).add('relevo:node', node.name);
    return volume;
  }

  /** `new` until the node has taken part in a cluster, which it says itself: see instance/formed.sh. */
  #state(node: NodePlan): void {
    new StoredParameter(this, `State-${node.name}`, {
      type: 'String',
      name: `${parameterPath(this.#plan, node.name)}/state`,
      value: 'new',
      description: 'new or existing: whether this node may take a blank volume',
    }).applyRemovalPolicy(RemovalPolicy.RETAIN);
  }

  #bucket(): Bucket {
    const bucket = new Bucket(this, 'Bucket', {
      versioned: true,
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      removalPolicy: RemovalPolicy.RETAIN,
      lifecycleRules: [
        { prefix: 'backups/', expiration: Duration.days(BACKUP_DAYS) },
        { noncurrentVersionExpiration: Duration.days(OLD_ARTEFACT_DAYS) },
        { abortIncompleteMultipartUploadAfter: Duration.days(1) },
      ],
    });
    acknowledge(bucket, {
      'AwsSolutions-S1':
        'Who reads artefacts and backups stands in CloudTrail; a second bucket of access logs costs more than it tells.',
    });
    return bucket;
  }

  #export(part: string, value: string): void {
    const id = part.replaceAll(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase());
    new CfnOutput(this, `${id}Out`, { value, exportName: exportName(this.#plan, part) });
  }
}
