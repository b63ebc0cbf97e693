/**
 * The hosts' namespaces, each with a cable to one switch, and what can be done to them. All of it lies
 * within the namespaces of this process, and ends with it.
 */
import { mkdirSync } from 'node:fs';
import { run } from './command.js';
import { Firewall } from './firewall.js';
import { HARNESS_ADDRESS, type Host } from './hosts.js';
import { DelayRelay } from './delay-relay.js';

const SWITCH = 'switch';
const NAMESPACES = '/run/netns';

export class Network {
  readonly firewall: Firewall;
  readonly #relay: DelayRelay;
  readonly #delayed = new Set<Host>();
  readonly #narrow = new Set<Host>();

  private constructor(hosts: readonly Host[], relay: DelayRelay) {
    this.firewall = new Firewall(hosts, enter);
    this.#relay = relay;
  }

  static async build(hosts: readonly Host[]): Promise<Network> {
    mkdirSync(NAMESPACES, { recursive: true });
    await run('ip', ['netns', 'add', SWITCH]);
    await batch(SWITCH, ['link add bridge0 type bridge', 'link set bridge0 up', 'link set lo up']);
    for (const host of hosts) await plug(host);
    await run('ip', [
      'link',
      'add',
      'harness',
      'type',
      'veth',
      'peer',
      'name',
      'harness',
      'netns',
      SWITCH,
    ]);
    await batch(SWITCH, ['link set harness master bridge0 up']);
    await run('ip', ['address', 'add', `${HARNESS_ADDRESS}/24`, 'dev', 'harness']);
    await run('ip', ['-batch', '-'], 'link set lo up\nlink set harness up\n');
    const relay = await DelayRelay.start(enter(SWITCH), hosts.map(cableOf));
    return new Network(hosts, relay);
  }

  /** Packets to the host come `ms` later, and up to `jitterMs` more, so that they also come in another order. */
  async delay(host: Host, ms: number, jitterMs: number): Promise<() => Promise<void>> {
    this.#delayed.add(host);
    const heal = await this.#relay.delay(cableOf(host), ms, jitterMs);
    return async () => {
      await heal();
      this.#delayed.delete(host);
    };
  }

  /** A host has one delay at a time, and one bandwidth. */
  isDelayed(host: Host): boolean {
    return this.#delayed.has(host);
  }

  isNarrow(host: Host): boolean {
    return this.#narrow.has(host);
  }

  /** The host sends no more than so many kilobits a second. */
  async narrow(host: Host, kilobits: number): Promise<() => Promise<void>> {
    this.#narrow.add(host);
    const tc = (...args: string[]): Promise<string> => inside(host.name, 'tc', args);
    const limit = ['rate', `${kilobits}kbit`, 'burst', '16kb', 'latency', '300ms'];
    await tc('qdisc', 'add', 'dev', 'eth0', 'root', 'tbf', ...limit);
    return async () => {
      await tc('qdisc', 'del', 'dev', 'eth0', 'root');
      this.#narrow.delete(host);
    };
  }

  /** Nothing may run on the hosts any more; others may be built after it. */
  async remove(hosts: readonly Host[]): Promise<void> {
    await this.#relay.stop();
    await run('ip', ['link', 'del', 'harness']);
    for (const name of [SWITCH, ...hosts.map((host) => host.name)]) {
      await run('ip', ['netns', 'del', name]);
    }
  }

  /** Says why, if the relay ended by itself. */
  get problem(): string | null {
    return this.#relay.problem;
  }
}

/** The command that runs what follows it on a host. It becomes that program: the process id stays. */
export function enter(host: string): readonly string[] {
  return ['nsenter', `--net=${NAMESPACES}/${host}`];
}

function inside(host: string, program: string, args: readonly string[]): Promise<string> {
  const [first = '', ...rest] = [...enter(host), program, ...args];
  return run(first, rest);
}

/** The switch's end of the host's cable. */
const cableOf = (host: Host): string => `to-${host.name}`;

async function plug(host: Host): Promise<void> {
  await run('ip', ['netns', 'add', host.name]);
  await batch(SWITCH, [
    `link add ${cableOf(host)} type veth peer name eth0 netns ${host.name}`,
    `link set ${cableOf(host)} master bridge0 up`,
  ]);
  await batch(host.name, [
    `address add ${host.address}/24 dev eth0`,
    'link set eth0 up',
    'link set lo up',
  ]);
}

async function batch(host: string, lines: readonly string[]): Promise<void> {
  await run('ip', ['-n', host, '-batch', '-'], `${lines.join('\n')}\n`);
}
