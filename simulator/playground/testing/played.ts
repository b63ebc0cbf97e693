/** What the playground's tests do again and again. */
import { Playground, type Act, type Resolve, type Start } from '../index.js';

/** Three nodes that have elected a leader. */
export function elected(start: Partial<Start> = {}, resolve?: Resolve): Playground {
  const playground = new Playground({ seed: 7, nodes: 3, ...start }, resolve);
  until(playground, () => leaderOf(playground) !== 0);
  playground.advance(300);
  return playground;
}

/** Throws unless it is done. */
export function done(playground: Playground, act: Act): void {
  const result = playground.act(act);
  if (!result.ok) throw new Error(`${JSON.stringify(act)}: ${result.reason}`);
}

/** The reason; throws unless it is refused. */
export function refusalOf(playground: Playground, act: Act): string {
  const result = playground.act(act);
  if (result.ok) throw new Error(`${JSON.stringify(act)} was not refused`);
  return result.reason;
}

/** Steps until it is so; throws if it takes a minute. */
export function until(playground: Playground, isSo: () => boolean): void {
  const end = playground.atMs + 60_000;
  while (!isSo()) {
    if (playground.atMs > end) throw new Error('it does not come to that');
    playground.step();
  }
}

/** The node that runs and leads in the newest term; 0: none. */
export function leaderOf(playground: Playground): number {
  const leaders = playground
    .sight()
    .members.flatMap(({ state, sight }) =>
      state === 'up' && sight?.role === 'leader' ? [sight] : [],
    )
    .sort((a, b) => b.term - a.term);
  return leaders[0]?.node ?? 0;
}

export function followersOf(playground: Playground): number[] {
  const leader = leaderOf(playground);
  return playground.sight().members.flatMap(({ node }) => (node === leader ? [] : [node]));
}

export function memberOf(playground: Playground, node: number) {
  const member = playground.sight().members.find((one) => one.node === node);
  if (member === undefined) throw new Error(`there is no member ${String(node)}`);
  return member;
}

export function texts(playground: Playground, node: number): string[] {
  return playground.feed().flatMap((line) => (line.node === node ? [line.text] : []));
}
