import type { ConnectOptions } from '#client';
import { Connections } from './connections.js';
import { runLine } from './run-line.js';
import { settingsFor } from './settings.js';
import { TestWorld } from './testing/test-world.js';
import { VERBS } from './verbs/index.js';

test("a line is asked under the prompt's own endpoints and certificate", async () => {
  const asked: [readonly string[], ConnectOptions][] = [];
  const world = new TestWorld();
  const { connect } = world;
  world.connect = (endpoints, options) => {
    asked.push([endpoints, options]);
    return connect(endpoints, options);
  };
  const settings = settingsFor(['127.0.0.1:7'], world, '/etc/relevo/tls');
  const connections = new Connections(world);
  const { signal } = new AbortController();
  await runLine('get a', { world, settings, verbs: VERBS, connections, signal });
  await connections.close();
  await world.close();
  expect(asked).toMatchObject([[['127.0.0.1:7'], { tls: { directory: '/etc/relevo/tls' } }]]);
});
