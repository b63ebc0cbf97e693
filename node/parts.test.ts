/** What a node is when it starts: by its log first, then by its vote, then by its settings. */
import { logIndex, nodeId, term, type Vote } from '#raft';
import { commands, StorageBench } from '#simulator';
import { Replica } from './replica.js';
import type { Ports } from './ports.js';
import type { ReplicaConfig } from './replica-config.js';
import { protobufPayloads } from './wire/payload-codec.js';

const ports: Ports = {
  disk: { submit: () => undefined },
  network: { send: () => false, reply: () => undefined, unread: () => 0, publish: () => undefined },
  codec: protobufPayloads,
  report: () => undefined,
};

function configOf(clusterIsNew: boolean): ReplicaConfig {
  return {
    ...{ nodeId: nodeId(1), name: 'ada', address: '', dataDirectory: '', processId: 1 },
    ...{ incarnation: 'one', voters: [1, 2, 3].map(nodeId), seed: 1, clusterIsNew },
    ...{ electionTimeoutMsMin: 1_000, electionTimeoutMsMax: 2_000, heartbeatMs: 100 },
    ...{ bornLeader: false, readTimeoutMs: 1_000, trailingEntries: 100 },
    leader: {
      checkpoint: { entriesMax: 100, bytesMax: 1 << 20, quietMs: 1_000 },
      history: { revisions: 100, bytesMax: 1 << 20 },
      ...{ sessionTimeoutMs: 1_000, diskStallMs: 1_000 },
    },
    limits: { keyBytesMax: 1, valueBytesMax: 1, requestBytesMax: 1, txnOperationsMax: 1 },
  };
}

/** Restarted with this vote on its disk, and so many entries. */
function mutedAfter(vote: Vote | null, entries: number, clusterIsNew: boolean): boolean {
  const bench = new StorageBench(3);
  bench.start();
  if (vote !== null) bench.storage.saveVote(vote);
  if (entries > 0) bench.storage.append(commands(1, entries));
  bench.settle();
  bench.kill();
  const recovered = bench.start();
  expect(recovered.vote).toEqual(vote ?? { term: 0, votedFor: null });
  expect(recovered.entries.at(-1)?.index ?? 0).toBe(logIndex(entries));
  return new Replica(configOf(clusterIsNew), recovered, ports).raft.muted;
}

const learnt: Vote = { term: term(5), votedFor: null, muted: true };
const voted: Vote = { term: term(5), votedFor: nodeId(2) };

describe('a blank node', () => {
  test('is muted in a cluster that exists, and not in a new one', () => {
    expect([mutedAfter(null, 0, false), mutedAfter(null, 0, true)]).toEqual([true, false]);
  });

  test('that learnt a term is one still after a restart, whatever the settings say', () => {
    expect([mutedAfter(learnt, 0, false), mutedAfter(learnt, 0, true)]).toEqual([true, true]);
  });

  test('that has been led, or took part in an election that nobody won, is none', () => {
    expect([mutedAfter(learnt, 3, false), mutedAfter(learnt, 3, true)]).toEqual([false, false]);
    expect([mutedAfter(voted, 0, false), mutedAfter(voted, 0, true)]).toEqual([false, false]);
  });
});
