/** The two sizes of a deployment. Everything that differs between them is here. */

import { RetentionDays } from 'aws-cdk-lib/aws-logs';

export interface Machine {
  /** Graviton: Relevo is JavaScript alone, so nothing has to be built for it. */
  readonly type: string;
  readonly rootGiB: number;
}

export interface Profile {
  readonly name: 'minimal' | 'production';
  readonly node: Machine;
  readonly dataGiB: number;
  readonly proxies: number;
  readonly proxy: Machine;
  /** A host with the command `relevo`, which is all that it is for; null: none. */
  readonly client: Machine | null;
  /** Private subnets reach the outside through NAT gateways; with none, hosts have public addresses. */
  readonly natGateways: number;
  /** One address for all proxies, for clients that know but one. */
  readonly hasLoadBalancer: boolean;
  readonly logsKept: RetentionDays;
}

const MINIMAL: Profile = {
  name: 'minimal',
  node: { type: 't4g.small', rootGiB: 8 },
  dataGiB: 10,
  proxies: 1,
  proxy: { type: 't4g.micro', rootGiB: 8 },
  // Not t4g.nano: in half a GiB the package manager of Amazon Linux 2023 runs out of memory.
  client: { type: 't4g.micro', rootGiB: 8 },
  natGateways: 0,
  hasLoadBalancer: false,
  logsKept: RetentionDays.ONE_WEEK,
};

const PRODUCTION: Profile = {
  name: 'production',
  node: { type: 'm7g.large', rootGiB: 16 },
  dataGiB: 50,
  proxies: 2,
  proxy: { type: 'c7g.medium', rootGiB: 16 },
  client: null,
  natGateways: 1,
  hasLoadBalancer: true,
  logsKept: RetentionDays.THREE_MONTHS,
};

export const PROFILES = { minimal: MINIMAL, production: PRODUCTION } as const;

/** Throws on a name that is none. */
export function profileOf(name: string): Profile {
  if (name === 'minimal' || name === 'production') return PROFILES[name];
  throw new Error(`profile=${name}: there are ${Object.keys(PROFILES).join(' and ')}`);
}
