/** What Amazon has of the lab: instances, volumes, parameters, names, a bucket. */
import { join } from 'node:path';
import type { Deployment } from '../template/deployment.js';
import { Instance } from '../machine/instance.js';
import type { Network } from '../machine/network.js';
import type { Volumes } from '../machine/volumes.js';
import type { AddressRecord } from './name-server.js';
import { Policies } from './policies.js';

export interface AccountSettings {
  readonly deployment: Deployment;
  readonly network: Network;
  readonly volumes: Volumes;
  /** The root file system that instances start from. */
  readonly base: string;
  readonly folder: string;
  readonly group: string;
}

export class Account {
  readonly deployment: Deployment;
  readonly volumes: Volumes;
  readonly instances: Instance[] = [];
  readonly parameters = new Map<string, string>();
  readonly names = new Map<string, AddressRecord>();
  /** By key. */
  readonly objects = new Map<string, Buffer>();
  readonly metrics: string[] = [];
  readonly policies: Policies;
  /** Whether a terminated instance comes back, as its group sees to it. */
  keepsCount = true;
  /** Replacements that are being started. */
  readonly #starting = new Set<Promise<unknown>>();
  readonly #settings: AccountSettings;
  #launched = 0;

  constructor(settings: AccountSettings) {
    this.#settings = settings;
    this.deployment = settings.deployment;
    this.volumes = settings.volumes;
    this.policies = new Policies(this.deployment.templates.hosts, (text) =>
      this.deployment.fill(text),
    );
    for (const [name, value] of this.deployment.stored()) this.parameters.set(name, value);
  }

  /** The running instance of a host. Throws if there is none. */
  host(name: string): Instance {
    const found = this.instances.find(
      ({ settings, state }) => settings.host === name && state === 'running',
    );
    if (found === undefined) throw new Error(`no instance of ${name} runs`);
    return found;
  }

  instance(id: string): Instance | undefined {
    return this.instances.find(({ settings }) => settings.id === id);
  }

  byAddress(address: string): Instance | undefined {
    return this.instances.find(
      ({ settings, state }) => settings.card.address === address && state === 'running',
    );
  }

  /** What the host's group does when it has no instance: a new one, from the launch template as it is now. */
  async launch(name: string): Promise<Instance> {
    const { network, base, folder, group } = this.#settings;
    const host = this.deployment.host(name);
    this.#launched += 1;
    const id = `i-0${(0x1ab0 + this.#launched).toString(16).padStart(16, '0')}`;
    const card = await network.connect(host.zone, host.group);
    const instance = new Instance({
      id,
      host: name,
      zone: this.deployment.fill(`<${this.deployment.cluster}-data:zone-${host.zone}>`),
      type: host.instanceType,
      card,
      userData: this.deployment.userData(name),
      base,
      folder: join(folder, 'instances', id),
      group: `${group}/${id}`,
    });
    this.instances.push(instance);
    await instance.start();
    return instance;
  }

  async terminate(instance: Instance): Promise<void> {
    const { id, host, card } = instance.settings;
    await instance.terminate();
    for (const volume of this.volumes.all.values()) if (volume.holder === id) volume.holder = null;
    await this.#settings.network.disconnect(card);
    if (!this.keepsCount) return;
    const starting = this.launch(host);
    this.#starting.add(starting);
    await starting.finally(() => this.#starting.delete(starting));
  }
}
