/** Networks that come apart, lose, delay or reset. */
import type { Cut, Treatment } from '../arena/firewall.js';
import { partition } from '../arena/partitions.js';
import type { Host } from '../arena/hosts.js';
import type { Fault, Strike, World } from './fault.js';

/** Any shape, both directions or one; packets vanish, or are answered by a reset. */
export const cutNetwork: Fault = {
  holdsMs: [400, 7_000],
  strike: async (world) => {
    const { arena, random, shapes } = world;
    const leader = await arena.leader();
    const { shape, text, broken } = partition(
      shapes.deal(),
      arena.hosts,
      leader?.name ?? null,
      random,
    );
    const treatment: Treatment = random.chance(0.7) ? { kind: 'drop' } : { kind: 'reset' };
    return cut(
      world,
      broken.map((pair) => ({ ...pair, treatment })),
      `${shape}: ${text} (${treatment.kind})`,
    );
  },
};

/** A share of all packets vanishes, everywhere or on the way to and from one host. */
export const loss: Fault = {
  holdsMs: [1_500, 6_000],
  strike: (world) => {
    const { arena, random } = world;
    const treatment: Treatment = { kind: 'loss', percent: random.integer(1, 25) };
    const host = random.chance(0.5) ? null : random.pick(peers(world));
    const pairs = arena.hosts.flatMap((from) =>
      arena.hosts.filter((to) => to !== from).map((to) => ({ from, to })),
    );
    const cuts = pairs
      .filter(({ from, to }) => host === null || from === host || to === host)
      .map(({ from, to }): Cut => ({ from: from.name, to: to.name, treatment }));
    return cut(world, cuts, `${host?.name ?? 'everywhere'} ${treatment.percent} %`);
  },
};

/** Every connection of one host is reset, in a moment. */
export const reset: Fault = {
  holdsMs: [80, 250],
  strike: (world) => {
    const host = world.random.pick(peers(world));
    const cuts = world.arena.hosts
      .filter((other) => other !== host)
      .flatMap(({ name }): Cut[] => [
        { from: name, to: host.name, treatment: { kind: 'reset' } },
        { from: host.name, to: name, treatment: { kind: 'reset' } },
      ]);
    return cut(world, cuts, host.name);
  },
};

/** Hosts vanish one after the other, and come back in another order (FoundationDB's swizzle-clogging). */
export const clog: Fault = {
  holdsMs: [200, 1_500],
  strike: async (world) => {
    const { arena, random } = world;
    const hosts = random.shuffle([...arena.hostsOf('node')]).slice(0, random.integer(1, 4));
    const heals: (() => Promise<void>)[] = [];
    for (const host of hosts) {
      heals.push(await arena.network.firewall.cut(cutsAround(arena.hosts, host)));
    }
    random.shuffle(heals);
    return {
      text: hosts.map(({ name }) => name).join(','),
      heal: async () => {
        for (const heal of heals) await heal();
      },
    };
  },
};

/** Packets to one or more hosts come late, and overtake each other. */
export const delay: Fault = {
  holdsMs: [2_000, 8_000],
  strike: async ({ arena, random }) => {
    const hosts = random
      .shuffle([...arena.hosts])
      .filter((host) => !arena.network.isDelayed(host))
      .slice(0, random.integer(1, 3));
    const ms = random.pick([5, 20, 80, 250]);
    const jitterMs = random.chance(0.5) ? 0 : ms;
    const heals = await Promise.all(hosts.map((host) => arena.network.delay(host, ms, jitterMs)));
    return {
      text: `${hosts.map(({ name }) => name).join(',')} ${ms} ms + ${jitterMs} ms`,
      heal: async () => {
        await Promise.all(heals.map((heal) => heal()));
      },
    };
  },
};

/** One host's cable carries little. */
export const narrow: Fault = {
  holdsMs: [2_000, 6_000],
  strike: async (world) => {
    const host = world.random.pick(peers(world));
    if (world.arena.network.isNarrow(host)) return null;
    const kilobits = world.random.pick([256, 1_000, 4_000]);
    const heal = await world.arena.network.narrow(host, kilobits);
    return { text: `${host.name} ${kilobits} kbit/s`, heal };
  },
};

function peers({ arena }: World): readonly Host[] {
  return [...arena.hostsOf('node'), ...arena.hostsOf('proxy')];
}

function cutsAround(hosts: readonly Host[], host: Host): Cut[] {
  return hosts
    .filter((other) => other !== host)
    .flatMap(({ name }): Cut[] => [
      { from: name, to: host.name, treatment: { kind: 'drop' } },
      { from: host.name, to: name, treatment: { kind: 'drop' } },
    ]);
}

async function cut({ arena }: World, cuts: readonly Cut[], text: string): Promise<Strike> {
  const heal = await arena.network.firewall.cut(cuts);
  return { text, heal };
}
