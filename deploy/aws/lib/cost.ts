/** What a deployment costs, from its templates and list prices. */
import { hostsOf, volumesOf } from './facts.js';
import { ofType } from './resources.js';
import type { Templates } from './resources.js';

/** US dollars, list prices of us-east-1 as they were known in November 2026, on demand; other regions differ. */
export const PRICES = {
  hour: {
    't4g.nano': 0.0042,
    't4g.micro': 0.0084,
    't4g.small': 0.0168,
    'c7g.medium': 0.0361,
    'm7g.large': 0.0816,
  } as Readonly<Record<string, number>>,
  addressHour: 0.005,
  balancerHour: 0.0225,
  natHour: 0.045,
  gibMonth: 0.08,
} as const;

export const HOURS_A_MONTH = 730;

export interface CostLine {
  readonly what: string;
  readonly dollarsAnHour: number;
  /** Whether it goes on when the hosts' stack is gone. */
  readonly isKept: boolean;
}

/** Without traffic, logs, backups and requests, which depend on use. Throws for a type without a price. */
export function costOf(templates: Templates): readonly CostLine[] {
  const { hosts } = templates;
  const machines = hostsOf(templates);
  const addresses = JSON.stringify(hosts).match(/"AssociatePublicIpAddress":true/g)?.length ?? 0;
  const nats = ofType(hosts, 'AWS::EC2::NatGateway').length;
  const balancers = ofType(hosts, 'AWS::ElasticLoadBalancingV2::LoadBalancer').length;
  const rootGiB = [...JSON.stringify(hosts).matchAll(/"VolumeSize":(\d+)/g)]
    .map(([, size]) => Number(size))
    .reduce((sum, size) => sum + size, 0);
  const dataGiB = volumesOf(templates).reduce((sum, { sizeGiB }) => sum + sizeGiB, 0);
  const disk = (gib: number): number => (gib * PRICES.gibMonth) / HOURS_A_MONTH;
  return [
    ...machines.map(({ name, instanceType }) =>
      gone(`${name}, ${instanceType}`, hourly(instanceType)),
    ),
    gone(`${addresses} public addresses`, addresses * PRICES.addressHour),
    gone(`${nats} NAT gateways`, nats * PRICES.natHour),
    gone(`${balancers} load balancers`, balancers * PRICES.balancerHour),
    gone(`${rootGiB} GiB of root disks`, disk(rootGiB)),
    { what: `${dataGiB} GiB of data volumes`, dollarsAnHour: disk(dataGiB), isKept: true },
  ].filter(({ dollarsAnHour }) => dollarsAnHour > 0);
}

export const total = (lines: readonly CostLine[]): number =>
  lines.reduce((sum, { dollarsAnHour }) => sum + dollarsAnHour, 0);

const gone = (what: string, dollarsAnHour: number): CostLine => ({
  what,
  dollarsAnHour,
  isKept: false,
});

function hourly(instanceType: string): number {
  const price = PRICES.hour[instanceType];
  if (price === undefined) throw new Error(`there is no price for ${instanceType}`);
  return price;
}
