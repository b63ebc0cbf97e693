/** Whatever alerts and the dashboard name has to be there, in a live cluster's /metrics. */
import { Cluster } from '#cluster';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const ALERTS = readFileSync(join(ROOT, 'ops/prometheus/alerts.yml'), 'utf8');
const TESTS = readFileSync(join(ROOT, 'ops/prometheus/alerts_test.yml'), 'utf8');
const DASHBOARD = readFileSync(join(ROOT, 'ops/grafana/relevo.json'), 'utf8');
/** prom-client's own, of any process. */
const NAME = /\b(?:relevo|process)_[a-z_]+[a-z]\b/g;

let directory = '';
let cluster: Cluster;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'relevo-ops-'));
  cluster = await Cluster.start({ dataDirectory: directory, ports: 'random', tls: true });
  const relevo = await cluster.connect();
  await relevo.put('a', '1');
  await relevo.get('a');
  await relevo.close();
}, 60_000);

afterAll(async () => {
  await cluster.stopAll();
  rmSync(directory, { recursive: true, force: true });
}, 30_000);

async function liveNames(): Promise<ReadonlySet<string>> {
  const ports = [...cluster.nodes, ...cluster.proxies].map(({ httpPort }) => httpPort);
  const texts = await Promise.all(
    ports.map(async (port) => (await fetch(`http://127.0.0.1:${port}/metrics`)).text()),
  );
  const lines = texts.join('\n').split('\n');
  const names = lines
    .filter((line) => /^[a-z]/.test(line))
    .map((line) => line.split(/[{ ]/, 1)[0] ?? '');
  // A histogram is named as a whole, too.
  return new Set(names.flatMap((name) => [name, name.replace(/_(bucket|sum|count)$/, '')]));
}

test('every metric that an alert or a panel names is told by a live cluster', async () => {
  const live = await liveNames();
  const named = new Set([...(ALERTS + DASHBOARD).matchAll(NAME)].map(([name]) => name));
  expect(named.size).toBeGreaterThan(20);
  const missing = [...named].filter((name) => !live.has(name));
  expect(missing).toEqual([]);
});

test('every alert has a test, a sentence and an action', () => {
  const alerts = [...ALERTS.matchAll(/- alert: (\w+)/g)].map(([, name]) => name ?? '');
  expect(alerts.length).toBeGreaterThan(8);
  for (const name of alerts) expect(TESTS).toContain(`alertname: ${name}`);
  expect(ALERTS.match(/ {10}summary: /g)).toHaveLength(alerts.length);
  expect(ALERTS.match(/ {10}action: /g)).toHaveLength(alerts.length);
});

test('the dashboard is one that Grafana takes: panels have ids of their own, titles, queries and room', () => {
  const { panels } = JSON.parse(DASHBOARD) as {
    panels: {
      id?: number;
      type: string;
      title: string;
      targets?: { expr: string }[];
      gridPos: Record<string, number>;
    }[];
  };
  const shown = panels.filter(({ type }) => type !== 'row');
  expect(new Set(shown.map(({ id }) => id)).size).toBe(shown.length);
  for (const { title, targets = [], gridPos } of shown) {
    expect(title).not.toBe('');
    expect(targets.length).toBeGreaterThan(0);
    expect((gridPos['x'] ?? 0) + (gridPos['w'] ?? 0)).toBeLessThanOrEqual(24);
  }
});
