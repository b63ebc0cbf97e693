/**
 * `npm run page-cost [-- --pairs N --seconds S --pages P]`: what open pages cost a cluster under full load. Stretches
 * with and without them take turns in one run; the ratio of their rates is what counts. The pages' readers run in this
 * process, on the same machine, and take their share of it too.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request, type ClientRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Cluster } from '#cluster';
import type { Relevo } from '#client';

const CALLERS = 100;
const CLIENTS = 4;
const KEYS = 10_000;
const VALUE = 'v'.repeat(100);

const { values } = parseArgs({
  options: {
    pairs: { type: 'string', default: '6' },
    seconds: { type: 'string', default: '10' },
    pages: { type: 'string', default: '10' },
  },
});
const [pairs, seconds, pages] = [values.pairs, values.seconds, values.pages].map(Number) as [
  number,
  number,
  number,
];

const dataDirectory = mkdtempSync(join(tmpdir(), 'relevo-page-cost-'));
const cluster = await Cluster.start({ dataDirectory, ports: 'random' });
try {
  const clients = await Promise.all(Array.from({ length: CLIENTS }, () => cluster.connect()));
  await measure(clients);
  await Promise.all(clients.map((client) => client.close()));
} finally {
  await cluster.stopAll();
  rmSync(dataDirectory, { recursive: true, force: true });
}

async function measure(clients: readonly Relevo[]): Promise<void> {
  await rate(clients, seconds);
  const memory = [memoryMiB()];
  const ratios: number[] = [];
  for (let pair = 1; pair <= pairs; pair += 1) {
    // In turn, so that whatever else the machine does falls on both.
    const order = pair % 2 === 0 ? [true, false] : [false, true];
    const rates = new Map<boolean, number>();
    for (const withPages of order) {
      const open = withPages ? Array.from({ length: pages }, openPage) : [];
      rates.set(withPages, await rate(clients, seconds));
      for (const page of open) page.destroy();
    }
    const [alone, watched] = [rates.get(false) ?? 1, rates.get(true) ?? 1];
    ratios.push(watched / alone);
    memory.push(memoryMiB());
    console.log(
      `pair ${String(pair)}: ${alone.toFixed(0)} puts/s without pages, ${watched.toFixed(0)} with ${String(pages)}: ` +
        `${((1 - watched / alone) * 100).toFixed(1)} % less; the proxy holds ${memory.at(-1) ?? ''} MiB`,
    );
  }
  ratios.sort((one, other) => one - other);
  const median = ratios[Math.floor(ratios.length / 2)] ?? 1;
  console.log(
    `${String(pages)} pages cost ${((1 - median) * 100).toFixed(1)} % of the rate (median of ${String(pairs)} pairs of ${String(seconds)} s); ` +
      `the proxy's memory: ${memory[0] ?? ''} MiB before, ${memory[Math.ceil(pairs / 2)] ?? ''} half-way, ` +
      `${memory.at(-1) ?? ''} at the end`,
  );
}

async function rate(clients: readonly Relevo[], forSeconds: number): Promise<number> {
  const end = performance.now() + forSeconds * 1_000;
  let puts = 0;
  const caller = async (number: number): Promise<void> => {
    const client = clients[number % clients.length];
    while (client !== undefined && performance.now() < end) {
      await client.put(`key-${String((puts * 7_919) % KEYS).padStart(5, '0')}`, VALUE);
      puts += 1;
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, (_, number) => caller(number)));
  return puts / forSeconds;
}

/** As a browser holds it, but for the drawing. */
function openPage(): ClientRequest {
  const port = cluster.proxies[0]?.httpPort ?? 0;
  const asked = request({ host: '127.0.0.1', port, path: '/api/events' }, (response) => {
    response.resume();
    response.on('error', () => undefined);
  });
  asked.on('error', () => undefined);
  asked.end();
  return asked;
}

function memoryMiB(): string {
  const pid = cluster.proxies[0]?.process.pid ?? 0;
  const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8');
  return (Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1_024).toFixed(0);
}
