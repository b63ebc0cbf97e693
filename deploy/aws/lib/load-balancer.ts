/** One private name for all proxies: connections go to those that are ready. */
import { Duration } from 'aws-cdk-lib';
import { Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import {
  NetworkLoadBalancer,
  NetworkTargetGroup,
  Protocol,
  TargetType,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { ARecord, RecordTarget } from 'aws-cdk-lib/aws-route53';
import { LoadBalancerTarget } from 'aws-cdk-lib/aws-route53-targets';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.js';
import type { HostGroup } from './host-group.js';
import type { Network } from './network.js';
import { BALANCED, PORTS } from './plan.js';

const DRAIN_SECONDS = 30;
const HEALTH_SECONDS = 10;

export class ProxyBalancer extends Construct {
  readonly targets: NetworkTargetGroup;
  readonly balancer: NetworkLoadBalancer;

  constructor(scope: Construct, id: string, network: Network, proxies: readonly HostGroup[]) {
    super(scope, id);
    const group = new SecurityGroup(this, 'Group', {
      vpc: network.vpc,
      description: 'Load balancer before the Relevo proxies',
    });
    network.allowClients(group);
    network.proxies.addIngressRule(group, Port.tcp(PORTS.proxy), 'Requests, balanced');
    network.proxies.addIngressRule(group, Port.tcp(PORTS.proxyHttp), 'Whether a proxy is ready');
    this.targets = this.#targets(network, proxies);
    this.balancer = new NetworkLoadBalancer(this, 'Balancer', {
      vpc: network.vpc,
      vpcSubnets: { subnets: [...network.subnets] },
      internetFacing: false,
      crossZoneEnabled: true,
      securityGroups: [group],
    });
    this.balancer.addListener('Requests', {
      port: PORTS.proxy,
      protocol: Protocol.TCP,
      defaultTargetGroups: [this.targets],
    });
    new ARecord(this, 'Name', {
      zone: network.names,
      recordName: BALANCED,
      target: RecordTarget.fromAlias(new LoadBalancerTarget(this.balancer)),
    });
    acknowledge(this.balancer, {
      'AwsSolutions-ELB2':
        'Access logs of a TCP balancer exist for TLS listeners alone, and TLS ends in the proxies.',
    });
  }

  #targets(network: Network, proxies: readonly HostGroup[]): NetworkTargetGroup {
    const targets = new NetworkTargetGroup(this, 'Proxies', {
      vpc: network.vpc,
      port: PORTS.proxy,
      protocol: Protocol.TCP,
      targetType: TargetType.INSTANCE,
      deregistrationDelay: Duration.seconds(DRAIN_SECONDS),
      healthCheck: {
        protocol: Protocol.HTTP,
        port: String(PORTS.proxyHttp),
        path: '/readyz',
        interval: Duration.seconds(HEALTH_SECONDS),
        healthyThresholdCount: 2,
        unhealthyThresholdCount: 2,
      },
    });
    for (const { instances } of proxies) instances.attachToNetworkTargetGroup(targets);
    return targets;
  }
}
