import { NO_BYTES, NodeRole } from '#rpc/session/frames';
import { Router } from '../router.js';
import { nodeState, read, sequences, trio, write } from '../testing/bench.js';

test('a router that is dumped, made JSON and loaded goes on as if nothing had happened', () => {
  const bench = trio();
  bench.request(50, write(1, 1, { payload: NO_BYTES }), read(2, { payload: NO_BYTES }));
  bench.handle({ type: 'node-lost', node: 1 });
  bench.request(50, write(3, 3, { payload: NO_BYTES }));
  const revive = (_key: string, value: unknown): unknown =>
    _key === 'payload' ? new Uint8Array() : value;
  const dumped = JSON.parse(JSON.stringify(bench.router.dump()), revive) as never;
  const loaded = Router.load(bench.config, bench.ports(), dumped, bench.now);
  expect(loaded.dump()).toEqual(bench.router.dump());
  expect(loaded.view()).toEqual(bench.router.view());
  bench.takeSent(2);
  const state = nodeState(2, { role: NodeRole.leader, term: 2, leader: 2 });
  loaded.handle({ type: 'node-state', node: 2, state }, bench.now);
  expect(sequences(bench.takeSent(2))).toEqual([1, 3]);
});
