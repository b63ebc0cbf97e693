/** What an operator is woken for. The metrics come from the agents on the hosts, and from Amazon itself. */
import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { AlarmProps } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { ProxyBalancer } from './load-balancer.js';
import type { Plan } from './plan.js';

const NAMESPACE = 'Relevo';
const DISK_PERCENT_MAX = 80;

export class Alarms extends Construct {
  readonly #topic: Topic;
  readonly #plan: Plan;

  constructor(scope: Construct, id: string, plan: Plan) {
    super(scope, id);
    this.#plan = plan;
    this.#topic = new Topic(this, 'Topic', { displayName: plan.cluster, enforceSSL: true });
    for (const { name } of plan.nodes) {
      this.#leaderless(name);
      this.#fullDisk(name);
    }
    this.#noBackup();
  }

  watchBalancer({ targets, balancer }: ProxyBalancer): void {
    this.#alarm('UnhealthyProxy', {
      alarmDescription: 'A proxy is not ready: docs/runbooks/replace-host.md',
      metric: new Metric({
        namespace: 'AWS/NetworkELB',
        metricName: 'UnHealthyHostCount',
        dimensionsMap: {
          LoadBalancer: balancer.loadBalancerFullName,
          TargetGroup: targets.targetGroupFullName,
        },
        statistic: 'Maximum',
        period: Duration.minutes(1),
      }),
      threshold: 1,
      evaluationPeriods: 3,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    });
  }

  /** Missing data is an alarm too: a node that is silent knows no leader. */
  #leaderless(host: string): void {
    this.#alarm(`NoLeader-${host}`, {
      alarmDescription: `${host} knows no leader, or is silent: docs/runbooks/quorum-lost.md`,
      metric: this.#ofHost('relevo_raft_has_leader', host, 'Minimum'),
      threshold: 1,
      evaluationPeriods: 3,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.BREACHING,
    });
  }

  #fullDisk(host: string): void {
    this.#alarm(`DiskFull-${host}`, {
      alarmDescription: `${host}: more than ${DISK_PERCENT_MAX}% of a disk is used: docs/runbooks/grow-volume.md`,
      metric: this.#ofHost('disk_used_percent', host, 'Maximum'),
      threshold: DISK_PERCENT_MAX,
      evaluationPeriods: 5,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
    });
  }

  #noBackup(): void {
    this.#alarm('NoBackup', {
      alarmDescription: 'No backup was made for a day: docs/runbooks/backup-restore.md',
      metric: new Metric({
        namespace: NAMESPACE,
        metricName: 'BackupsMade',
        dimensionsMap: { Cluster: this.#plan.cluster },
        statistic: 'Sum',
        period: Duration.days(1),
      }),
      threshold: 1,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.BREACHING,
    });
  }

  #ofHost(metricName: string, host: string, statistic: string): Metric {
    return new Metric({
      namespace: NAMESPACE,
      metricName,
      dimensionsMap: { cluster: this.#plan.cluster, host },
      statistic,
      period: Duration.minutes(1),
    });
  }

  #alarm(id: string, props: AlarmProps): void {
    new Alarm(this, id, props).addAlarmAction(new SnsAction(this.#topic));
  }
}
