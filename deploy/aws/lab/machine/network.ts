/**
 * The lab's network: a bridge in the namespace that this process is in already, and for each instance a namespace
 * with one card and one address. There is no way out.
 */
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import type { IngressFact } from '../../lib/facts.js';
import { must } from './commands.js';
import { rulesOf } from './firewall.js';
import type { Member } from './firewall.js';

/** Where Amazon has them. */
export const METADATA_ADDRESS = '169.254.169.254';
export const NAMES_ADDRESS = '169.254.169.253';

const BRIDGE = 'lab';
/** Its own: else it takes the lowest of its ports', and when that one goes, what others know of it is wrong. */
const BRIDGE_CARD = '02:00:00:00:00:01';
const PROBE = fileURLToPath(new URL('probe.mjs', import.meta.url));

export interface Card extends Member {
  readonly space: string;
}

export class Network {
  readonly #prefix: string;
  readonly #length: string;
  readonly #base: string;
  readonly #ingress: readonly IngressFact[];
  readonly #cards = new Map<string, Card>();
  #made = 0;
  #filtered: Promise<void> = Promise.resolve();

  /** `addresses` is an IPv4 network of /16, such as 10.40.0.0/16. */
  constructor(prefix: string, addresses: string, ingress: readonly IngressFact[]) {
    const match = /^(\d+\.\d+)\.0\.0\/(16)$/.exec(addresses);
    if (match === null) throw new Error(`${addresses}: the lab makes networks of /16 alone`);
    [, this.#base = '', this.#length = ''] = match;
    this.#prefix = prefix;
    this.#ingress = ingress;
  }

  async open(): Promise<void> {
    await ip(`link set lo up`);
    await ip(`link add ${BRIDGE} address ${BRIDGE_CARD} type bridge`);
    await ip(`address add ${this.#base}.0.1/${this.#length} dev ${BRIDGE}`);
    await ip(`address add ${METADATA_ADDRESS}/32 dev ${BRIDGE}`);
    await ip(`address add ${NAMES_ADDRESS}/32 dev ${BRIDGE}`);
    await ip(`link set ${BRIDGE} up`);
  }

  /** A card that nobody had before: a new instance has a new address. */
  async connect(zone: number, group: string): Promise<Card> {
    this.#made += 1;
    const space = `${this.#prefix}-${this.#made}`;
    const outside = `lab${this.#made}`;
    // The template's subnets are /20, in the order of their zones; the first few addresses are Amazon's own.
    const address = `${this.#base}.${16 * zone}.${10 + this.#made}`;
    await ip(`netns add ${space}`);
    await ip(`link add ${outside} type veth peer name eth0 netns ${space}`);
    await ip(`link set ${outside} master ${BRIDGE} up`);
    await ip(`-n ${space} address add ${address}/${this.#length} dev eth0`);
    await ip(`-n ${space} link set lo up`);
    await ip(`-n ${space} link set eth0 up`);
    for (const own of [METADATA_ADDRESS, NAMES_ADDRESS]) {
      await ip(`-n ${space} route add ${own}/32 dev eth0`);
    }
    const card = { space, address, group };
    this.#cards.set(space, card);
    await this.#filter();
    return card;
  }

  async disconnect({ space }: Card): Promise<void> {
    if (!this.#cards.delete(space)) return;
    await ip(`netns delete ${space}`);
    await this.#filter();
  }

  /** Groups are known by their members' addresses, so everybody's rules change with each that comes or goes. */
  #filter(): Promise<void> {
    // One after the other: older rules must not come last.
    this.#filtered = this.#filtered.then(() => this.#filterAll());
    return this.#filtered;
  }

  async #filterAll(): Promise<void> {
    const members = [...this.#cards.values()];
    for (const { space, group } of members) {
      const input = rulesOf(group, this.#ingress, members);
      await must('ip', ['netns', 'exec', space, 'nft', '-f', '-'], { input });
    }
  }

  /** Which doors open to a TCP connection from a card, in the order in which they are given. */
  async opens(
    from: Card,
    doors: readonly (readonly [address: string, port: number])[],
  ): Promise<readonly boolean[]> {
    const words = ['netns', 'exec', from.space, process.execPath, PROBE, JSON.stringify(doors)];
    return JSON.parse(await must('ip', words)) as boolean[];
  }
}

const ip = (words: string): Promise<string> => must('ip', words.split(' '));
