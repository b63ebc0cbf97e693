/**
 * One host: an Auto Scaling group that holds exactly one instance in one zone, so that a terminated one comes
 * back by itself. No update policy: a new artefact or image changes the launch template alone, and no running
 * instance; upgrades are made in place, one host after the other.
 */
import { Tags } from 'aws-cdk-lib';
import { AutoScalingGroup, HealthChecks } from 'aws-cdk-lib/aws-autoscaling';
import {
  BlockDeviceVolume,
  EbsDeviceVolumeType,
  InstanceType,
  LaunchTemplate,
  LaunchTemplateHttpTokens,
  OperatingSystemType,
  UserData,
} from 'aws-cdk-lib/aws-ec2';
import type { IMachineImage, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type { Role } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.js';
import type { Network } from './network.js';
import type { Host, Plan } from './plan.js';
import type { Machine } from './profile.js';
import { userData } from './user-data.js';
import type { Artefact } from './user-data.js';

export interface HostSettings {
  readonly plan: Plan;
  readonly host: Host;
  readonly machine: Machine;
  readonly network: Network;
  readonly group: SecurityGroup;
  readonly role: Role;
  readonly imageId: string;
  readonly artefact: Artefact;
  readonly configuration: Readonly<Record<string, string>>;
}

export class HostGroup extends Construct {
  readonly instances: AutoScalingGroup;

  constructor(scope: Construct, settings: HostSettings) {
    const { plan, host, network } = settings;
    super(scope, `Host-${host.name}`);
    const subnet = network.subnets[host.zone];
    if (subnet === undefined) throw new Error(`there is no subnet in zone ${host.zone}`);
    this.instances = new AutoScalingGroup(this, 'Group', {
      vpc: network.vpc,
      vpcSubnets: { subnets: [subnet] },
      launchTemplate: this.#template(settings),
      minCapacity: 1,
      maxCapacity: 1,
      // A service that fails is systemd's to restart; Amazon replaces instances that are broken themselves.
      healthChecks: HealthChecks.ec2(),
    });
    // The role's policy and the way out are resources apart: a host that boots before them gets nowhere.
    this.instances.node.addDependency(settings.role, subnet.internetConnectivityEstablished);
    const tags = Tags.of(this);
    // The launch template names itself after its place in this program, unless somebody is more urgent.
    tags.add('Name', `${plan.cluster} ${host.name}`, { priority: 300 });
    tags.add('relevo:cluster', plan.cluster);
    tags.add('relevo:host', host.name);
    acknowledge(this.instances, {
      'AwsSolutions-AS3':
        'A group of one has nothing to scale; a missing instance raises the alarms of what it does.',
    });
  }

  #template(settings: HostSettings): LaunchTemplate {
    const { machine, group, role, imageId, plan, configuration, artefact } = settings;
    const image: IMachineImage = {
      getImage: () => ({
        imageId,
        osType: OperatingSystemType.LINUX,
        userData: UserData.forLinux(),
      }),
    };
    return new LaunchTemplate(this, 'Template', {
      instanceType: new InstanceType(machine.type),
      machineImage: image,
      securityGroup: group,
      role,
      userData: userData(configuration, artefact),
      httpTokens: LaunchTemplateHttpTokens.REQUIRED,
      httpPutResponseHopLimit: 1,
      associatePublicIpAddress: plan.profile.natGateways === 0,
      blockDevices: [
        {
          deviceName: '/dev/xvda',
          volume: BlockDeviceVolume.ebs(machine.rootGiB, {
            encrypted: true,
            volumeType: EbsDeviceVolumeType.GP3,
          }),
        },
      ],
    });
  }
}
