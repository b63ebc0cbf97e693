/** The two systems that are measured, behind one face. */
import { Cluster } from '#cluster';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { CallerProcess } from './caller-process.js';
import { EtcdCluster } from './etcd-cluster.js';
import type { System } from './operations.js';

export interface Subject {
  readonly name: System;
  /** The system's, and that of its callers. */
  readonly processes: readonly { readonly name: string; readonly pid: number }[];
  readonly callers: CallerProcess;
  stop(): Promise<void>;
}

/** Three nodes and a proxy on their defaults; `root` is a folder on a real disk. */
export async function startRelevo(root: string): Promise<Subject> {
  mkdirSync(root, { recursive: true });
  const dataDirectory = mkdtempSync(join(root, 'relevo-'));
  const cluster = await Cluster.start({ dataDirectory, nodes: 3, ports: 'random' });
  const all = [...cluster.nodes, ...cluster.proxies];
  const processes = all.map(({ name, process }) => ({ name, pid: process.pid ?? 0 }));
  return subjectOf('relevo', processes, cluster.endpoints, async () => {
    await cluster.stopAll();
    rmSync(dataDirectory, { recursive: true, force: true });
  });
}

/** Three members on their defaults. */
export async function startEtcd(root: string, version: string): Promise<Subject> {
  const cluster = await EtcdCluster.start(root, version);
  const processes = cluster.processIds.map((pid, i) => ({ name: `m${i}`, pid }));
  return subjectOf('etcd', processes, cluster.addresses, () => cluster.stop());
}

async function subjectOf(
  name: System,
  processes: Subject['processes'],
  endpoints: readonly string[],
  stop: () => Promise<void>,
): Promise<Subject> {
  const callers = await CallerProcess.start(name, endpoints);
  return {
    name,
    processes: [...processes, { name: 'client', pid: callers.pid }],
    callers,
    stop: async () => {
      await callers.close();
      await stop();
    },
  };
}
