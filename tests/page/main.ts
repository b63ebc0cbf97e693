/** `npm run page-check [-- NAME...]`: the page in a real browser, on a real cluster of this machine. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { Cluster, ControlSocket } from '#cluster';
import { chromiumPath, launch } from './browser.js';
import { CHECKS, type Place } from './checks.js';

/** What a stage exits with that can't be run here. */
const NOT_HERE = 77;
const SITE = fileURLToPath(new URL('../../site/', import.meta.url));

process.exitCode = await main(process.argv.slice(2));

async function main(words: readonly string[]): Promise<number> {
  const path = chromiumPath();
  if (path === null) {
    console.log("NOT RUN: no Chromium: install Debian's package chromium, or set CHROMIUM_PATH");
    return NOT_HERE;
  }
  const dataDirectory = mkdtempSync(join(tmpdir(), 'relevo-page-'));
  const control = new ControlSocket();
  const cluster = await Cluster.start({ dataDirectory, ports: 'random', control });
  const browser = await launch(path);
  try {
    await control.serve(cluster);
    const port = cluster.proxies[0]?.httpPort ?? 0;
    const origin = `http://127.0.0.1:${String(port)}`;
    tellSizes();
    const name = cluster.proxies[0]?.name ?? '';
    const proxy = { kill: () => cluster.kill(name), start: () => cluster.start(name) };
    return await runAll({ browser, origin, token: control.token, proxy }, words);
  } finally {
    await browser.close();
    await cluster.stopAll();
    control.close();
    rmSync(dataDirectory, { recursive: true, force: true });
  }
}

async function runAll(place: Place, words: readonly string[]): Promise<number> {
  const chosen = CHECKS.filter(({ name }) => words.every((word) => name.includes(word)));
  let failed = 0;
  for (const check of chosen) {
    const began = performance.now();
    const seconds = (): string => ((performance.now() - began) / 1_000).toFixed(1).padStart(5);
    try {
      const figures = await check.run(place);
      console.log(
        `ok   ${seconds()} s  ${check.name}${figures === undefined ? '' : `: ${figures}`}`,
      );
    } catch (error) {
      failed += 1;
      console.log(
        `FAIL ${seconds()} s  ${check.name}\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      );
    }
  }
  console.log(
    `${String(chosen.length - failed)} of ${String(chosen.length)} checks of the page passed`,
  );
  return failed === 0 && chosen.length > 0 ? 0 : 1;
}

function tellSizes(): void {
  const sizes = readdirSync(SITE)
    .filter((name) => name.endsWith('.js'))
    .map(
      (name) =>
        `${name} ${(gzipSync(readFileSync(join(SITE, name)), { level: 9 }).length / 1_000).toFixed(1)} kB`,
    );
  console.log(`JavaScript, gzipped: ${sizes.join(', ')}`);
}
