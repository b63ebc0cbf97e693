/** The template's security groups as packet filters: each instance lets in what its group lets in, and no more. */
import type { IngressFact } from '../../lib/facts.js';

export interface Member {
  readonly address: string;
  /** The logical id of its security group. */
  readonly group: string;
}

/** For `nft -f`, in one transaction: what an instance of `group` lets in from whom, as of now. */
export function rulesOf(
  group: string,
  ingress: readonly IngressFact[],
  members: readonly Member[],
): string {
  const open = ingress
    .filter(({ to }) => to === group)
    .flatMap(({ from, port }) => {
      const addresses = members.filter((each) => each.group === from).map((each) => each.address);
      return addresses.length === 0
        ? []
        : [`    ip saddr { ${addresses.join(', ')} } tcp dport ${port} accept`];
    });
  return [
    'table inet group',
    'delete table inet group',
    'table inet group {',
    '  chain in {',
    '    type filter hook input priority 0; policy drop;',
    '    ct state established,related accept',
    '    iif lo accept',
    ...open,
    '  }',
    '}',
    '',
  ].join('\n');
}
