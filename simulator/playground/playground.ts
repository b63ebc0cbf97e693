/**
 * A cluster that somebody plays with: production's machines in simulated time, each step the same whenever
 * the same is done. Going back is running again from the start.
 */
import type { ClusterSight, FeedLine } from '#rpc/generated/relevo/v1/sight';
import type { WorldRules } from '../machines.js';
import { Acting } from './acting.js';
import { Ailments } from './ailments.js';
import { Calls } from './calls.js';
import { digestOf } from './digest.js';
import { historyOf, keysOf } from './keys.js';
import { PlayWorld } from './play-world.js';
import { checkedAct, checkedStart } from './checks.js';
import { clusterSight } from './sights.js';
import type {
  Act,
  ActResult,
  CallSight,
  KeySight,
  Script,
  ScriptedAct,
  Start,
  VersionSight,
} from './types.js';

/** Turns names of wrong rules into tables with them; throws a RangeError for a name that it does not know. */
export type Resolve = (rulesOff: readonly string[]) => WorldRules;

export interface DataFile {
  readonly path: string;
  readonly bytes: number;
}

const decoder = new TextDecoder();
const CELLS = 40;

export class Playground {
  private readonly start: Start;
  private readonly acts: ScriptedAct[] = [];
  private readonly world: PlayWorld;
  private readonly ailments: Ailments;
  private readonly asked = new Calls();
  private readonly acting: Acting;

  /** Throws a RangeError that says what is wrong with the start. */
  constructor(start: Start, resolve: Resolve = noRules) {
    this.start = checkedStart(start);
    const { rulesOff = [] } = this.start;
    this.world = new PlayWorld(this.start, rulesOff.length === 0 ? {} : resolve(rulesOff));
    this.ailments = new Ailments(this.world);
    this.acting = new Acting(this.world, this.ailments, this.asked);
  }

  /**
   * Does it all again. `untilEvents` less than those of the script: up to that many, without the acts that
   * were done there.
   */
  static replay(script: Script, untilEvents = script.events, resolve?: Resolve): Playground {
    const playground = new Playground(script.start, resolve);
    for (const { at, atMs, act } of script.acts) {
      if (at > untilEvents || (at === untilEvents && at < script.events)) break;
      playground.stepTo(at);
      playground.world.wait(atMs);
      playground.act(act);
    }
    playground.stepTo(untilEvents);
    if (untilEvents === script.events) playground.world.wait(script.atMs);
    return playground;
  }

  /** So far; the acts that were refused are not in it. */
  get script(): Script {
    return { start: this.start, acts: [...this.acts], events: this.events, atMs: this.atMs };
  }

  get atMs(): number {
    return this.world.now;
  }

  /** So many were handled. */
  get events(): number {
    return this.world.events;
  }

  /** The next event. */
  step(): void {
    this.world.step();
  }

  advance(ms: number): void {
    if (!(ms >= 0 && Number.isFinite(ms))) throw new RangeError(`advance by ${String(ms)} ms: no`);
    this.world.run(this.world.now + ms);
  }

  act(act: Act): ActResult {
    const checked = tried(act);
    if (typeof checked === 'string') return { ok: false, reason: checked };
    const { events: at, now: atMs } = this.world;
    const result = this.acting.act(checked);
    if (result.ok) this.acts.push({ at, atMs, act: checked });
    return result;
  }

  /** `cells`: at most so many of each log's newest entries. */
  sight(cells = CELLS): ClusterSight {
    return clusterSight(this.world, this.ailments, cells);
  }

  /** The lines from this one on, counted from 0. */
  feed(from = 0): readonly FeedLine[] {
    return this.world.feed.lines.slice(from);
  }

  calls(): readonly CallSight[] {
    return this.asked.all;
  }

  /** Every property that does not hold any more, with its reason, in the order in which it showed. */
  broken(): readonly string[] {
    return [...this.world.broken];
  }

  /** Ids and names of all that were ever there. */
  names(): ReadonlyMap<number, string> {
    return new Map(this.world.nodes.map(({ id, name }) => [id, name]));
  }

  /** As this node has applied them; empty if it does not run. `limit` 0: all. */
  keys(node: number, limit = 0): readonly KeySight[] {
    const store = this.world.node(node)?.replica?.store;
    return store === undefined ? [] : keysOf(store, limit);
  }

  /** The versions of a key, newest first, as far as this node's history goes back. */
  history(node: number, key: string): readonly VersionSight[] {
    const store = this.world.node(node)?.replica?.store;
    return store === undefined ? [] : historyOf(store, key);
  }

  /** As programs see them on the simulated disk, by path. */
  files(node: number): readonly DataFile[] {
    const files = this.world.node(node)?.disk.files() ?? [];
    return files.map(([path, data]) => ({ path, bytes: data.length }));
  }

  /** As text; bytes that are none are shown as replacement characters. Throws a RangeError: there is none. */
  readFile(node: number, path: string): string {
    const file = this.world
      .node(node)
      ?.disk.files()
      .find(([name]) => name === path);
    if (file === undefined) throw new RangeError(`node ${String(node)} has no file ${path}`);
    return decoder.decode(file[1]);
  }

  /** Of all that happened and of all that is: the same for the same script, wherever it runs. */
  hash(): string {
    return digestOf(this.world);
  }

  private stepTo(events: number): void {
    while (this.world.events < events) this.world.step();
  }
}

/** The reason, where it is none. */
function tried(act: Act): Act | string {
  try {
    return checkedAct(act);
  } catch (error) {
    if (error instanceof RangeError) return error.message;
    throw error;
  }
}

function noRules(rulesOff: readonly string[]): WorldRules {
  throw new RangeError(`no table of wrong rules was handed in: ${rulesOff.join(', ')}`);
}
