/**
 * Which packets are lost on their way, each direction alone. Every host filters what comes in; its rules
 * are replaced in one step, so that there is never a moment without them.
 */
import type { Host } from './hosts.js';
import { run } from './command.js';

/** `reset`: the sender is told at once that the connection is gone. */
export type Treatment =
  | { readonly kind: 'drop' }
  | { readonly kind: 'reset' }
  | { readonly kind: 'loss'; readonly percent: number };

/** What happens to packets from one host to another. */
export interface Cut {
  readonly from: string;
  readonly to: string;
  readonly treatment: Treatment;
}

/** The rules of one host, for `nft -f -`. */
export function rulesOf(
  host: string,
  cuts: readonly Cut[],
  addressOf: ReadonlyMap<string, string>,
): string {
  const rules = cuts
    .filter(({ to }) => to === host)
    .map(({ from, treatment }) => {
      const address = addressOf.get(from);
      if (address === undefined) throw new Error(`there is no host ${from}; it can't be cut off`);
      return `    ip saddr ${address} ${verdictOf(treatment)}`;
    });
  return [
    'flush ruleset',
    'table inet nemesis {',
    '  chain input {',
    '    type filter hook input priority 0; policy accept;',
    ...rules,
    '  }',
    '}',
    '',
  ].join('\n');
}

function verdictOf(treatment: Treatment): string {
  switch (treatment.kind) {
    case 'drop':
      return 'drop';
    case 'reset':
      return 'meta l4proto tcp reject with tcp reset';
    case 'loss':
      return `numgen random mod 100 < ${treatment.percent} drop`;
  }
}

/** Cuts of several faults at a time; each is taken back alone. */
export class Firewall {
  readonly #addressOf: ReadonlyMap<string, string>;
  readonly #enter: (host: string) => readonly string[];
  readonly #active = new Set<readonly Cut[]>();
  /** Rules go in one after the other: the last written must be the last wanted. */
  #turn: Promise<unknown> = Promise.resolve();

  /** `enter`: the command that runs what follows it inside a host. */
  constructor(hosts: readonly Host[], enter: (host: string) => readonly string[]) {
    this.#addressOf = new Map(hosts.map(({ name, address }) => [name, address]));
    this.#enter = enter;
  }

  /** Resolves when the cuts hold, with how to take them back. */
  async cut(cuts: readonly Cut[]): Promise<() => Promise<void>> {
    this.#active.add(cuts);
    await this.#apply(cuts);
    return async () => {
      this.#active.delete(cuts);
      await this.#apply(cuts);
    };
  }

  #apply(changed: readonly Cut[]): Promise<void> {
    const done = this.#turn.then(async () => {
      const hosts = [...new Set(changed.map(({ to }) => to))];
      await Promise.all(hosts.map((host) => this.#load(host)));
    });
    this.#turn = done.catch(() => undefined);
    return done;
  }

  async #load(host: string): Promise<void> {
    const [program, ...args] = [...this.#enter(host), 'nft', '-f', '-'];
    await run(program, args, rulesOf(host, [...this.#active].flat(), this.#addressOf));
  }
}
