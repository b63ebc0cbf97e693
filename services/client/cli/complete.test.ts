import { NodeRole } from '#rpc/generated/relevo/v1/session';
import { Completer } from './complete.js';
import { Connections } from './connections.js';
import { settingsFor } from './settings.js';
import { TestWorld } from './testing/test-world.js';
import { VERBS } from './verbs/index.js';
import type { Verb } from './verb.js';

let world: TestWorld;
let completer: Completer;

const START: Verb = {
  name: 'start',
  usage: '<NAME>',
  summary: 'start a node',
  completes: 'node',
  nodes: () => ['ada', 'cy'],
  run: () => Promise.reject(new Error('nobody runs it')),
};

beforeEach(async () => {
  world = new TestWorld();
  completer = new Completer(
    [...VERBS, START],
    new Connections(world),
    settingsFor(['127.0.0.1:1'], world),
  );
  for (const key of ['apple', 'apricot', 'a pear', 'banana']) await world.run('set', key, '1');
});

afterEach(() => world.close());

const offered = async (line: string): Promise<readonly string[]> =>
  (await completer.complete(line))[0];

describe('completion at the prompt', () => {
  test('offers commands at the beginning, and ends a whole word with a blank', async () => {
    expect(await offered('c')).toEqual(['cas', 'cluster', 'certs', 'completion']);
    expect(await offered('clu')).toEqual(['cluster ']);
    expect(await offered('relevo clu')).toEqual(['cluster ']);
    expect(await offered('help sta')).toEqual(['start ']);
  });

  test.each(['get', 'set', 'put', 'del', 'cas', 'ls', 'watch'])(
    'offers keys after %s',
    async (verb) => {
      expect(await offered(`${verb} ap`)).toEqual(['apple', 'apricot']);
      expect(await offered(`${verb} b`)).toEqual(['banana ']);
    },
  );

  test('quotes keys that need it, and offers none for a value', async () => {
    expect(await offered('get a')).toEqual(["'a pear'", 'apple', 'apricot']);
    expect(await offered("get 'b")).toEqual(["'banana' "]);
    expect(await offered('set apple ap')).toEqual([]);
  });

  test('offers the nodes that the owner of the processes names, whatever the proxy says', async () => {
    expect(await offered('start ')).toEqual(['ada', 'cy']);
    expect(await offered('start c')).toEqual(['cy ']);
  });

  test('offers the nodes that the proxy knows, and the leader', async () => {
    world.cluster = {
      clusterId: 'c',
      servedBy: 'proxy',
      queued: 0,
      nodes: [
        {
          connected: true,
          silentMs: 0,
          reads: 0,
          writes: 0,
          address: '127.0.0.1:6787',
          state: {
            nodeId: 6787,
            name: 'ada',
            role: NodeRole.NODE_ROLE_LEADER,
            term: 1,
            leader: 6787,
            lastIndex: 1,
            commitIndex: 1,
            appliedIndex: 1,
            checkpointIndex: 0,
            revision: 1,
            healthy: true,
            incarnation: 'x',
            address: '127.0.0.1:6787',
            dataDirectory: '/nowhere',
            processId: 1,
            voters: 1,
            release: '0.1.0',
            protocolMin: 1,
            protocolMax: 1,
            formatMax: 1,
            formatLevel: 1,
          },
        },
      ],
    };
    expect(await offered('files ')).toEqual(['leader', 'ada']);
  });

  test("offers flags, the verb's own too, and their values", async () => {
    expect(await offered('get --m')).toEqual(['--min-rev ']);
    expect(await offered('ls --k')).toEqual(['--key64', '--keys']);
    expect(await offered('set --m')).toEqual([]);
    expect(await offered('get -o nd')).toEqual(['ndjson ']);
    expect(await offered('--output ')).toEqual(['table', 'json', 'ndjson', 'raw']);
    expect(await offered('get apple --consistency st')).toEqual(['stale ']);
    expect(await offered('del --prefix ap')).toEqual(['apple', 'apricot']);
    expect(await offered('-o json get ban')).toEqual(['banana ']);
  });
});
