// `npm run screenshots`: the pictures of the README, docs/pictures/*.png: the page on a playground that was played
// from a fixed seed and is held at one moment, light and dark. Needs Debian's Chromium, or CHROMIUM_PATH.
import { createServer } from 'node:http';
import { mkdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const { Playground, encodeScript } = await import('../dist/simulator/playground/index.js');
const { chromiumPath, launch } = await import('../dist/tests/page/browser.js');

const OUT = 'docs/pictures';
const TYPES = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
};

const path = chromiumPath();
if (path === null) {
  console.error('no Chromium: install it, or set CHROMIUM_PATH');
  process.exit(2);
}
mkdirSync(OUT, { recursive: true });
const server = createServer(serve);
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const address = `http://127.0.0.1:${server.address().port}/#s=${encodeScript(story())}`;
const browser = await launch(path);
for (const colorScheme of ['light', 'dark']) {
  const viewport = { width: 1280, height: 800 };
  const page = await browser.newPage({ viewport, colorScheme, reducedMotion: 'reduce' });
  await page.goto(address);
  await page.getByText('every property holds').waitFor();
  await page.waitForTimeout(500);
  const picture = join(OUT, `page-${colorScheme}.png`);
  await page.screenshot({ path: picture });
  console.log(picture);
}
await browser.close();
server.close();

/** The leader is cut off with an entry that nobody else has; another leads, and its entries are on their way. */
function story() {
  const world = new Playground({ seed: 7, nodes: 5, linkMs: 60, diskMs: 8 });
  const leader = () => world.sight(0).members.find(({ sight }) => sight?.role === 'leader')?.node;
  const until = (holds) => {
    for (let i = 0; i < 3_000 && !holds(); i += 1) world.advance(10);
  };
  until(() => leader() !== undefined);
  for (const [key, value] of Object.entries({ x: '1', y: '2', z: '3' })) {
    world.act({ type: 'set', key, value, via: 'proxy' });
    world.advance(400);
  }
  const old = leader();
  world.act({ type: 'isolate', node: old });
  world.act({ type: 'set', key: 'w', value: 'lost', via: old });
  until(() =>
    world.sight(0).members.some(({ node, sight }) => node !== old && sight?.role === 'leader'),
  );
  world.advance(250);
  world.act({ type: 'set', key: 'x', value: '4', via: 'proxy' });
  world.act({ type: 'set', key: 'y', value: '5', via: 'proxy' });
  until(() => world.sight(0).flights.filter(({ kind }) => kind === 'append-request').length >= 3);
  world.advance(20);
  return world.script;
}

function serve({ url = '/' }, response) {
  const name = url === '/' ? 'index.html' : url.slice(1).split('?')[0];
  try {
    const data = readFileSync(join('dist/site', name));
    response.writeHead(200, { 'content-type': TYPES[extname(name)] ?? 'text/plain' }).end(data);
  } catch {
    response.writeHead(404).end();
  }
}
