/** The picture of a deployment, drawn from its templates: what is not in them is not in it. */
import { hostsOf, ingressOf, volumesOf } from './facts.js';
import type { HostFact, IngressFact, VolumeFact } from './facts.js';
import { ofType } from './resources.js';
import type { Templates } from './resources.js';

const WIDTH = 860;
const COLUMN = 240;
const LEFT = 40;
const BOX = { width: 200, height: 46 };
const ROWS = { client: 70, proxy: 160, node: 250, volume: 330 } as const;
const LEGEND_TOP = 420;
const LINE = 20;

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const text = (x: number, y: number, content: string, kind = ''): string =>
  `<text x="${x}" y="${y}"${kind === '' ? '' : ` class="${kind}"`}>${escaped(content)}</text>`;

/** An SVG, for a page of either colour. */
export function pictureOf(name: string, templates: Templates): string {
  const hosts = hostsOf(templates);
  const ways = ingressOf(templates);
  const balancers = ofType(templates.hosts, 'AWS::ElasticLoadBalancingV2::LoadBalancer').length;
  const nat = ofType(templates.hosts, 'AWS::EC2::NatGateway').length;
  const height = LEGEND_TOP + (ways.length + 3) * LINE;
  const title = `${name}: ${hosts.length} hosts${balancers > 0 ? ', a network load balancer' : ''}${nat > 0 ? `, ${nat} NAT gateway` : ''}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="13">`,
    '<style>.box{fill:#eef3f8;stroke:#44607c}.zone{fill:none;stroke:#9ab;stroke-dasharray:4}.small{font-size:11px;fill:#556}rect+text{fill:#123}</style>',
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    text(LEFT, 26, title),
    ...[0, 1, 2].map(zone),
    ...stacked(hosts).flatMap(hostBox),
    ...volumesOf(templates).flatMap(volumeBox),
    ...legend(ways),
    '</svg>',
    '',
  ].join('\n');
}

const left = (zone: number): number => LEFT + zone * (COLUMN + 20);

function zone(number: number): string {
  const x = left(number) - 10;
  return [
    `<rect class="zone" x="${x}" y="40" width="${COLUMN}" height="${LEGEND_TOP - 70}"/>`,
    text(x + 8, 57, `zone ${number + 1}`, 'small'),
  ].join('\n');
}

const rowOf = ({ name }: HostFact): keyof typeof ROWS =>
  name === 'client' ? 'client' : name.startsWith('proxy-') ? 'proxy' : 'node';

/** Two nodes of one zone, as five nodes in three zones have them, stand beside each other. */
function stacked(hosts: readonly HostFact[]): { host: HostFact; at: number; of: number }[] {
  const beside = (one: HostFact): readonly HostFact[] =>
    hosts.filter((other) => other.zone === one.zone && rowOf(other) === rowOf(one));
  return hosts.map((host) => ({ host, at: beside(host).indexOf(host), of: beside(host).length }));
}

function hostBox({ host, at, of }: { host: HostFact; at: number; of: number }): string[] {
  const width = BOX.width / of;
  const x = left(host.zone) + at * width;
  const y = ROWS[rowOf(host)];
  return [
    `<rect class="box" rx="4" x="${x}" y="${y}" width="${width - 4}" height="${BOX.height}"/>`,
    text(x + 10, y + 19, host.name),
    text(x + 10, y + 36, `${host.instanceType}, one of one`, 'small'),
  ];
}

function volumeBox({ node, zone: of, sizeGiB }: VolumeFact): string[] {
  const x = left(of);
  return [
    `<ellipse class="box" cx="${x + BOX.width / 2}" cy="${ROWS.volume + 20}" rx="${BOX.width / 2 - 4}" ry="20"/>`,
    text(x + 34, ROWS.volume + 25, `volume of ${node}, ${sizeGiB} GiB`, 'small'),
  ];
}

/** Every way in that a security group opens; there is no other. */
function legend(ways: readonly IngressFact[]): string[] {
  const named = (group: string): string =>
    /(Nodes|Proxies|Clients|Balancer)/.exec(group)?.[1]?.toLowerCase() ?? group;
  return [
    text(LEFT, LEGEND_TOP, 'Who may open a connection to whom, and nobody else:'),
    ...ways.map(({ from, to, port, description }, at) =>
      text(
        LEFT + 12,
        LEGEND_TOP + (at + 1) * LINE,
        `${named(from)} → ${named(to)}, TCP ${port}: ${description}`,
        'small',
      ),
    ),
    text(
      LEFT,
      LEGEND_TOP + (ways.length + 2) * LINE,
      'Volumes, bucket and parameters stay when the hosts go.',
      'small',
    ),
  ];
}
