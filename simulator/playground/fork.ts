/** A live state: the files of its nodes, as they are put on simulated disks, and what they say together. */
import { logIndex, nodeId, type Membership, type NodeId } from '#raft';
import { Storage } from '../machines.js';
import { SimulatedDisk } from '../disk.js';
import type { Named } from '../node-config.js';
import type { SimulatedNode } from '../node.js';
import { Random } from '../random.js';
import type { ForkedNode } from './types.js';

export interface Forked {
  readonly clusterId: string;
  readonly nodes: readonly Named[];
  /** As of the newest index that any of them knows to be committed. */
  readonly membership: Membership;
  readonly commitIndex: number;
  readonly led: NodeId | null;
  plant(node: SimulatedNode): void;
  isUnknown(node: SimulatedNode): boolean;
}

type Recovered = Extract<ReturnType<typeof recovered>, { readonly entries: unknown }>;

const encoder = new TextEncoder();

/** Throws a RangeError if the files are no directories of one cluster's nodes that can be started. */
export function fork(files: readonly ForkedNode[], seed: number): Forked {
  const known = files.filter((one) => one.files.length > 0);
  const clusterId = clusterOf(known);
  const states = known.map((one) => recoveredOf(one, clusterId, seed));
  const newest = states.reduce((best, one) => (one.commitIndex > best.commitIndex ? one : best));
  const led = files.find((one) => one.led === true);
  const directories = new Map(files.map((one) => [one.node, one.files]));
  return {
    clusterId,
    nodes: files.map(({ node, name }) => ({ id: nodeId(node), name })),
    membership: membershipOf(newest, files),
    commitIndex: newest.commitIndex,
    led: led === undefined ? null : nodeId(led.node),
    plant: (node) => {
      for (const { path, text } of directories.get(node.id) ?? [])
        node.disk.plant(path, encoder.encode(text));
    },
    isUnknown: (node) => directories.get(node.id)?.length === 0,
  };
}

function clusterOf(known: readonly ForkedNode[]): string {
  const ids = known.map(({ node, files }) => {
    const identity = files.find(({ path }) => path === 'identity.json');
    const id = /"clusterId":"([^"\\]*)"/.exec(identity?.text ?? '')?.[1];
    if (id === undefined)
      throw new RangeError(`node ${String(node)}: there is no identity.json that names a cluster`);
    return id;
  });
  const [first] = ids;
  if (first === undefined) throw new RangeError('no node has files: there is nothing to fork');
  const other = ids.find((id) => id !== first);
  if (other !== undefined)
    throw new RangeError(`the nodes are of several clusters: ${first} and ${other}`);
  return first;
}

/** By the recovery that the node itself will make, on a disk that is thrown away. */
function recoveredOf(one: ForkedNode, clusterId: string, seed: number): Recovered {
  const found = recovered(one, clusterId, seed);
  if ('code' in found) throw new RangeError(`node ${String(one.node)}: ${found.message}`);
  return found;
}

function recovered({ node, name, files }: ForkedNode, clusterId: string, seed: number) {
  const disk = new SimulatedDisk(new Random(seed), { complete: () => undefined, now: () => 0 });
  for (const { path, text } of files) disk.plant(path, encoder.encode(text));
  return disk.runStart(Storage.recover({ clusterId, nodeId: nodeId(node), name }));
}

function membershipOf(newest: Recovered, files: readonly ForkedNode[]): Membership {
  const { entries, checkpoint, commitIndex } = newest;
  for (const { index, body } of [...entries].reverse()) {
    if (index <= logIndex(commitIndex) && body.kind === 'membership') return body.membership;
  }
  const voters = files.map(({ node }) => nodeId(node)).sort((a, b) => a - b);
  return checkpoint?.membership ?? { voters, learners: [] };
}
