/** Every world within a bound, breadth first: what is found is found on a shortest way. */
import { Frontier } from './frontier.js';
import { Violation } from './properties.js';
import { Visited } from './visited.js';
import { World, WORLD_WORDS_MAX } from './world.js';
import type { Move, WorldsOptions } from './worlds.js';
import { Worlds } from './worlds.js';

export interface SearchOptions extends WorldsOptions {
  /** Room for so many worlds; the search stops when it is used up. */
  readonly statesMax: number;
  readonly depthMax?: number;
  /** Called now and then. */
  readonly progress?: (soFar: Figures) => void;
}

export interface Figures {
  readonly states: number;
  readonly transitions: number;
  readonly depth: number;
  /** Different nodes, different messages, steps that the core took. */
  readonly nodes: number;
  readonly letters: number;
  readonly steps: number;
  /** Moves left out because too many messages would be in flight. */
  readonly cut: number;
  /** Worlds that wait to be gone on from. */
  readonly waiting: number;
}

export interface Found extends Figures {
  /** Whether nothing within the bound was left out. */
  readonly exhausted: boolean;
  readonly violation: Violation | null;
  /** From the first world to the violation; empty if there is none. */
  readonly way: readonly Stage[];
}

/** A world, and the move that follows it. */
export interface Stage {
  readonly world: World;
  readonly move: Move;
}

const PROGRESS_EVERY = 2 ** 16;
/** What the table and the waiting worlds may take together, in bytes. */
const BYTES_MAX = 2.7 * 2 ** 30;

export class Search {
  readonly worlds: Worlds;
  private readonly visited: Visited;
  private readonly words = new Uint32Array(WORLD_WORDS_MAX);
  private readonly current = new World();
  private waiting = new Frontier();
  private following = new Frontier();
  private waitingCount = 0;
  private place = 0;
  private transitions = 0;
  private depth = 0;

  constructor(private readonly options: SearchOptions) {
    if (options.bound.messages > WORLD_WORDS_MAX - 6) {
      throw new RangeError(`at most ${WORLD_WORDS_MAX - 6} messages can be in flight`);
    }
    this.worlds = new Worlds(options);
    this.visited = new Visited(options.statesMax);
  }

  run(): Found {
    const first = this.worlds.first();
    const [low, high] = this.worlds.name(first);
    this.place = -1;
    this.reach(first, low, high);
    try {
      const exhausted = this.allLevels();
      return { ...this.figures(), exhausted, violation: null, way: [] };
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      const way = this.wayTo(this.place);
      return { ...this.figures(), exhausted: false, violation: error, way };
    }
  }

  private allLevels(): boolean {
    const { depthMax = Infinity } = this.options;
    while (this.waitingCount > 0) {
      if (this.depth >= depthMax) return false;
      this.waiting = this.following;
      this.following = new Frontier();
      this.waitingCount = 0;
      if (!this.level()) return false;
      this.depth += 1;
    }
    return true;
  }

  /** False: the memory is full. */
  private level(): boolean {
    const { worlds, words, current, waiting } = this;
    const visit = (world: World, low: number, high: number): void => {
      this.transitions += 1;
      this.reach(world, low, high);
    };
    for (let done = 1; ; done++) {
      const count = waiting.shift(words);
      if (count === 0) return true;
      if (this.isFull) return false;
      this.place = current.read(words, count);
      worlds.forEach(current, visit);
      if (done % PROGRESS_EVERY === 0) this.options.progress?.(this.figures());
    }
  }

  private get isFull(): boolean {
    const { visited, waiting, following } = this;
    return visited.isFull || visited.bytes + waiting.bytes + following.bytes > BYTES_MAX;
  }

  private reach(world: World, low: number, high: number): void {
    const place = this.visited.add(low, high, this.place);
    if (place < 0) return;
    this.following.push(this.words, world.write(this.words, place));
    this.waitingCount += 1;
  }

  private figures(): Figures {
    const { worlds, visited, transitions, depth } = this;
    const { steps, cut } = worlds;
    return {
      states: visited.size,
      transitions,
      depth,
      nodes: steps.nodes.size,
      letters: steps.letters.size,
      steps: steps.taken,
      cut,
      waiting: this.waitingCount,
    };
  }

  /** Goes the way again: the table only knows what the worlds on it are called. */
  private wayTo(place: number): Stage[] {
    const stages: Stage[] = [];
    let world = this.worlds.first();
    for (const next of this.visited.path(place).slice(1)) {
      const found = this.follow(world, next);
      stages.push({ world, move: found.move });
      world = found.world;
    }
    stages.push({ world, move: this.breaking(world) });
    return stages;
  }

  private follow(world: World, place: number): { world: World; move: Move } {
    const copy = new World();
    const moves: Move[] = [];
    this.worlds.forEach(world, (after, low, high, move) => {
      if (moves.length > 0 || !this.visited.is(place, low, high)) return;
      copy.copyFrom(after);
      moves.push({ ...move });
    });
    const [move] = moves;
    if (move === undefined) {
      throw new Error('the way can not be gone again: two worlds share a name');
    }
    return { world: copy, move };
  }

  private breaking(world: World): Move {
    try {
      this.worlds.forEach(world, () => undefined);
    } catch (error) {
      if (error instanceof Violation) return this.worlds.lastMove;
      throw error;
    }
    throw new Error('the last move breaks nothing: two worlds share a name');
  }
}
