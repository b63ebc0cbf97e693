/** What `npm start` says: where everything is, and what to try. */
import { relative } from 'node:path';
import type { Cluster } from './cluster.js';
import type { Control } from './control.js';
import { PROXY_HTTP_PORT, PROXY_PORT } from './layout.js';
import { FIRST_NODE_PORT } from './ports.js';

/** Before the processes run. */
export function startLines(cluster: Cluster): readonly string[] {
  const { dataDirectory, wiped, reused, nodes, proxies } = cluster;
  const lines: string[] = [];
  if (wiped) lines.push(`--fresh: removed what was in ${dataDirectory}`);
  if (reused) lines.push(`going on with the data in ${dataDirectory} (--fresh begins anew)`);
  const [firstNode] = nodes;
  if (!reused && firstNode?.port !== FIRST_NODE_PORT) {
    lines.push(
      `ports from ${FIRST_NODE_PORT} on are in use: the nodes take those from ${firstNode?.port} on`,
    );
  }
  const [proxy] = proxies;
  if (proxy !== undefined && proxy.port !== PROXY_PORT) {
    lines.push(`port ${PROXY_PORT} is in use: the proxy takes ${proxy.port}`);
  }
  if (proxy !== undefined && proxy.httpPort !== PROXY_HTTP_PORT) {
    lines.push(`port ${PROXY_HTTP_PORT} is in use: the proxy's metrics are on ${proxy.httpPort}`);
  }
  return [
    ...lines,
    `starting ${counted(nodes.length, 'node', 'nodes')} and ${counted(proxies.length, 'proxy', 'proxies')}`,
  ];
}

/** When all is ready. */
export function bannerLines(
  cluster: Cluster,
  leader: string | null,
  { token }: Pick<Control, 'token'>,
): readonly string[] {
  const here = (path: string): string => relative(process.cwd(), path) || '.';
  return [
    ...cluster.nodes.map((node) =>
      row(
        node.name,
        node.address,
        `pid ${node.process.pid}`,
        here(node.dataDirectory),
        node.name === leader ? 'leader' : 'follower',
      ),
    ),
    ...cluster.proxies.map((proxy) =>
      row(
        proxy.name,
        proxy.address,
        `pid ${proxy.process.pid}`,
        `http://127.0.0.1:${proxy.httpPort}/metrics`,
        'proxy',
      ),
    ),
    ...cluster.proxies.map(
      (proxy) => `see it, and break it: http://127.0.0.1:${proxy.httpPort}/#token=${token}`,
    ),
    `logs in ${here(cluster.logDirectory)}; everything in ${here(cluster.dataDirectory)} is text: look into it`,
    'try: set 1 1 | get 1 | cluster | kill leader | files ada | help',
  ];
}

function row(name: string, address: string, pid: string, place: string, role: string): string {
  return [name.padEnd(9), address.padEnd(16), role.padEnd(9), pid.padEnd(11), place].join(' ');
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
