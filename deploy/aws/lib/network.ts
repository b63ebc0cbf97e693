/** The network: subnets in three zones, a private zone of names, and who may speak to whom. */
import { Fn } from 'aws-cdk-lib';
import {
  FlowLogDestination,
  FlowLogTrafficType,
  GatewayVpcEndpointAwsService,
  IpAddresses,
  Peer,
  Port,
  SecurityGroup,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import type { ISubnet } from 'aws-cdk-lib/aws-ec2';
import { PrivateHostedZone } from 'aws-cdk-lib/aws-route53';
import { Construct } from 'constructs';
import { exportName, PORTS, ZONES } from './plan.js';
import type { Plan } from './plan.js';

export class Network extends Construct {
  readonly vpc: Vpc;
  readonly names: PrivateHostedZone;
  readonly nodes: SecurityGroup;
  readonly proxies: SecurityGroup;
  readonly clients: SecurityGroup;
  /** One a zone, in the order of the data stack's zones. */
  readonly subnets: readonly ISubnet[];
  readonly #plan: Plan;

  constructor(scope: Construct, id: string, plan: Plan) {
    super(scope, id);
    this.#plan = plan;
    this.vpc = this.#makeVpc();
    this.subnets = plan.profile.natGateways > 0 ? this.vpc.privateSubnets : this.vpc.publicSubnets;
    this.names = new PrivateHostedZone(this, 'Names', { zoneName: plan.domain, vpc: this.vpc });
    this.nodes = this.#group('Nodes', 'Relevo nodes');
    this.proxies = this.#group('Proxies', 'Relevo proxies');
    this.clients = this.#group('Clients', 'Clients of Relevo: put your own hosts into it');
    this.#allow();
  }

  /** The whole of who may open a connection to whom; there is no other ingress, SSH included. */
  #allow(): void {
    const { nodes, proxies, clients } = this;
    nodes.addIngressRule(nodes, Port.tcp(PORTS.peer), 'Raft, between nodes alone');
    nodes.addIngressRule(proxies, Port.tcp(PORTS.session), 'Sessions, from proxies alone');
    proxies.addIngressRule(clients, Port.tcp(PORTS.proxy), 'Requests');
    proxies.addIngressRule(clients, Port.tcp(PORTS.proxyHttp), 'Health, metrics, dashboard');
  }

  /** Lets clients reach `group`, which stands before the proxies, on the proxies' port. */
  allowClients(group: SecurityGroup): void {
    group.addIngressRule(
      Peer.securityGroupId(this.clients.securityGroupId),
      Port.tcp(PORTS.proxy),
      'Requests of clients',
    );
  }

  #makeVpc(): Vpc {
    const { natGateways } = this.#plan.profile;
    const hosts =
      natGateways > 0
        ? [
            { name: 'hosts', subnetType: SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 20 },
            { name: 'outside', subnetType: SubnetType.PUBLIC, cidrMask: 26 },
          ]
        : [{ name: 'hosts', subnetType: SubnetType.PUBLIC, cidrMask: 20 }];
    return new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr('10.40.0.0/16'),
      availabilityZones: Array.from({ length: ZONES }, (_, zone) =>
        Fn.importValue(exportName(this.#plan, `zone-${zone}`)),
      ),
      natGateways,
      subnetConfiguration: hosts,
      restrictDefaultSecurityGroup: false,
      gatewayEndpoints: { s3: { service: GatewayVpcEndpointAwsService.S3 } },
      flowLogs: {
        refused: {
          trafficType: FlowLogTrafficType.REJECT,
          destination: FlowLogDestination.toCloudWatchLogs(),
        },
      },
    });
  }

  #group(id: string, description: string): SecurityGroup {
    return new SecurityGroup(this, id, { vpc: this.vpc, description });
  }
}
