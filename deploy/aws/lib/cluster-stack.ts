/** The hosts and all that they need: disposable, since what matters lies in the data stack. */
import { CfnOutput, CfnParameter, Fn, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { StackProps } from 'aws-cdk-lib';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { Alarms } from './alarms.js';
import { HostGroup } from './host-group.js';
import { allowBackups, allowNode, hostRole } from './iam.js';
import type { Means } from './iam.js';
import { ProxyBalancer } from './load-balancer.js';
import { Network } from './network.js';
import { exportName, parameterPath } from './plan.js';
import type { Host, NodePlan, Plan } from './plan.js';
import type { Artefact } from './user-data.js';

const IMAGE = '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64';
const DEVICE = '/dev/sdf';

export class ClusterStack extends Stack {
  readonly #plan: Plan;
  readonly #network: Network;
  readonly #means: Means;
  readonly #artefact: Artefact;
  readonly #imageId: string;
  readonly #clusterName: string;
  readonly #tls: string;

  constructor(scope: Construct, id: string, plan: Plan, props: StackProps) {
    super(scope, id, props);
    this.#plan = plan;
    this.#artefact = {
      bucketName: Fn.importValue(exportName(plan, 'bucket')),
      key: this.#parameter('ArtefactKey', 'The artefact, in the bucket of the data stack', {
        allowedPattern: 'artefacts/[A-Za-z0-9./_-]+\\.tgz',
      }),
      sha256: this.#parameter('ArtefactSha256', 'Its sum: anything else is not started', {
        allowedPattern: '[0-9a-f]{64}',
      }),
    };
    this.#imageId = this.#parameter('ImageId', 'Amazon Linux 2023 for arm64', {
      type: 'AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>',
      default: IMAGE,
    });
    this.#clusterName = this.#parameter(
      'ClusterName',
      'CLUSTER_NAME: another one after a restore',
      {
        allowedPattern: '[a-z][a-z0-9-]{0,30}',
        default: plan.cluster,
      },
    );
    this.#tls = this.#parameter(
      'Tls',
      'on: between all hosts, with the certificates that relevo-aws made',
      {
        allowedValues: ['on', 'off'],
        default: 'on',
      },
    );
    this.#network = new Network(this, 'Network', plan);
    const logGroupName = `/relevo/${plan.cluster}`;
    new LogGroup(this, 'Logs', {
      logGroupName,
      retention: plan.profile.logsKept,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.#means = {
      bucketName: this.#artefact.bucketName,
      zoneId: this.#network.names.hostedZoneId,
      logGroupName,
      shownBucket: exportName(plan, 'bucket'),
      volumes: new Map(plan.nodes.map(({ name }) => [name, this.#volumeId(name)])),
    };
    for (const node of plan.nodes) this.#node(node);
    const proxies = plan.proxies.map((proxy) => this.#proxy(proxy));
    this.#client();
    this.#watch(proxies);
    new CfnOutput(this, 'ClientsGroup', { value: this.#network.clients.securityGroupId });
    new CfnOutput(this, 'ZoneId', { value: this.#network.names.hostedZoneId });
    new CfnOutput(this, 'Endpoints', { value: plan.endpointsSetting });
  }

  #node(node: NodePlan): void {
    const role = hostRole(this, this.#plan, node, this.#means);
    allowNode(role, this.#plan, node, this.#means);
    new HostGroup(this, {
      ...this.#common(node, {
        ROLE: node.role,
        NODE_ID: String(node.id),
        NODES: this.#plan.nodesSetting,
        VOLUME_ID: this.#volumeId(node.name),
        DEVICE,
      }),
      machine: this.#plan.profile.node,
      group: this.#network.nodes,
      role,
    });
  }

  #volumeId(node: string): string {
    return Fn.importValue(exportName(this.#plan, `volume-${node}`));
  }

  #proxy(proxy: Host): HostGroup {
    const { profile, cluster, nodesSetting } = this.#plan;
    const role = hostRole(this, this.#plan, proxy, this.#means);
    allowBackups(role, this.#plan, proxy, this.#means);
    const own = {
      ROLE: 'proxy',
      NODES: nodesSetting,
      BACKUP_URL: `s3://${this.#means.bucketName}/backups/${cluster}/${proxy.name}`,
    };
    return new HostGroup(this, {
      ...this.#common(proxy, own),
      machine: profile.proxy,
      group: this.#network.proxies,
      role,
    });
  }

  #client(): void {
    const { client, profile } = this.#plan;
    if (client === null || profile.client === null) return;
    new HostGroup(this, {
      ...this.#common(client, { ROLE: 'client' }),
      machine: profile.client,
      group: this.#network.clients,
      role: hostRole(this, this.#plan, client, this.#means),
    });
  }

  #watch(proxies: readonly HostGroup[]): void {
    const alarms = new Alarms(this, 'Alarms', this.#plan);
    if (!this.#plan.profile.hasLoadBalancer) return;
    alarms.watchBalancer(new ProxyBalancer(this, 'Balancer', this.#network, proxies));
  }

  /** What every host is told and given, whatever it is. */
  #common(host: Host, own: Readonly<Record<string, string>>) {
    return {
      plan: this.#plan,
      host,
      network: this.#network,
      imageId: this.#imageId,
      artefact: this.#artefact,
      configuration: {
        ...own,
        NAME: host.name,
        CLUSTER: this.#plan.cluster,
        CLUSTER_NAME: this.#clusterName,
        TLS: this.#tls,
        ENDPOINTS: this.#plan.endpointsSetting,
        ZONE_ID: this.#means.zoneId,
        DNS_NAME: host.dnsName,
        PARAMETERS: parameterPath(this.#plan, host.name),
        LOG_GROUP: this.#means.logGroupName,
      },
    };
  }

  #parameter(
    id: string,
    description: string,
    rest: ConstructorParameters<typeof CfnParameter>[2],
  ): string {
    return new CfnParameter(this, id, { type: 'String', description, ...rest }).valueAsString;
  }
}
