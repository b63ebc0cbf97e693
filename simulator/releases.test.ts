/** Clusters of two releases under faults: each node comes back from its first crash as the later one. */
import type { NodeId } from '#raft';
import { PROGRAM, type Program } from '#rpc/versions';
import { NODE_RULES } from '#node/replica';
import { run, type RunOptions } from './index.js';
import { Replica } from './machines.js';
import { productionWire } from './wire.js';

const OLD: Program = { ...PROGRAM, release: 'old' };
const NEW: Program = { ...PROGRAM, release: 'new', formatMax: 2, formatWritten: 2 };
const KINDS = ['crash-node', 'crash-leader', 'stop-node', 'partition', 'break-streams'] as const;

const upgraded = (_node: NodeId, life: number): Program => (life === 1 ? OLD : NEW);

/** The replicas of each node's newest life, and what came of the run. */
function watched(seed: number, options: RunOptions) {
  const newest = new Map<NodeId, Replica>();
  const result = run(seed, {
    wire: productionWire,
    kinds: [...KINDS],
    ...options,
    makeReplica: (config, from, ports) => {
      const replica = new Replica(config, from, ports);
      newest.set(config.nodeId, replica);
      return replica;
    },
  });
  return { result, replicas: [...newest.values()] };
}

test('the level is raised in the end where all are new, and nowhere before', () => {
  const ends = { raised: 0, mixed: 0 };
  for (let seed = 1; seed <= 12; seed += 1) {
    const { result, replicas } = watched(seed, { programOf: upgraded });
    expect([seed, result.failure?.lines.at(-1), result.failure?.reason]).toEqual([seed]);
    const members = replicas.filter(({ raft, store }) => store.appliedIndex === raft.lastIndex);
    const isNew = members.every((replica) => replica.state().release === 'new');
    const levels = new Set(members.map(({ store }) => store.formatLevel));
    expect([seed, levels]).toEqual([seed, new Set([isNew ? 2 : 1])]);
    ends[isNew ? 'raised' : 'mixed'] += 1;
  }
  expect(ends.raised).toBeGreaterThan(1);
  expect(ends.mixed).toBeGreaterThan(1);
}, 120_000);

test('a leader that does not ask what the others read is found out', () => {
  const rules = { node: { ...NODE_RULES, formatToWrite: (written: number) => written } };
  const found = Array.from({ length: 12 }, (_, at) => at + 1).find((seed) => {
    const { failure } = watched(seed, { programOf: upgraded, rules }).result;
    return failure?.property === 'format read';
  });
  expect(found).toBeDefined();
}, 120_000);

test('nodes that are taken back after the raise stay outside, and harm nobody', () => {
  // One node alone goes back, and forth again: a majority that reads is always there.
  const back = (node: NodeId, life: number): Program =>
    Number(node) === 6787 && life % 3 === 2 ? OLD : NEW;
  const counts = new Map<string, number>();
  for (let seed = 1; seed <= 12; seed += 1) {
    const { result } = watched(seed, { programOf: back, nodes: 3, fixed: { spares: 0 } });
    expect([seed, result.failure?.reason]).toEqual([seed]);
    for (const [what, count] of result.figures.counts) {
      counts.set(what, (counts.get(what) ?? 0) + count);
    }
  }
  expect(counts.get('format refused at start')).toBeGreaterThan(0);
}, 120_000);
