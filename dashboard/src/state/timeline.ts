/** What was seen, in order, so that it can be gone back to. Old frames are thinned, lines are kept. */
import type { FeedLine } from '#rpc/generated/relevo/v1/sight';
import type { Frame } from '../sources/source.js';

const FRAMES_MAX = 3_000;
/** Those stay whole. */
const NEWEST = 1_500;
const LINES_MAX = 5_000;

/** A stretch of time with one term and leader; leader 0: nobody led. */
export interface Reign {
  readonly fromMs: number;
  readonly term: number;
  readonly leader: number;
}

/** Something to be painted on the scrubber. */
export interface Mark {
  readonly atMs: number;
  readonly kind: 'act' | 'fault' | 'broken';
  readonly text: string;
}

export class Timeline {
  frames: Frame[] = [];
  lines: FeedLine[] = [];
  reigns: Reign[] = [];

  clear(): void {
    this.frames = [];
    this.lines = [];
    this.reigns = [];
  }

  add(frame: Frame): void {
    this.frames.push(frame);
    const { term, leader } = leadershipOf(frame);
    const newest = this.reigns.at(-1);
    if (newest?.term !== term || newest.leader !== leader) {
      this.reigns.push({ fromMs: frame.sight.atMs, term, leader });
    }
    if (this.frames.length > FRAMES_MAX) this.#thin();
  }

  say(lines: readonly FeedLine[]): void {
    this.lines.push(...lines);
    if (this.lines.length > LINES_MAX) this.lines.splice(0, this.lines.length - LINES_MAX);
  }

  /** The last one at or before; the first, if there is none. */
  at(ms: number): number {
    let low = 0;
    let high = this.frames.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.frames[middle]?.sight.atMs ?? 0) <= ms) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  marks(): readonly Mark[] {
    return this.lines.flatMap(({ atMs, kind, text }) =>
      kind === 'act' || kind === 'fault' || kind === 'broken' || kind === 'process'
        ? [{ atMs, text, kind: kind === 'process' ? 'fault' : kind }]
        : [],
    );
  }

  /** What was later is forgotten: from here on it is another story. */
  cut(index: number): void {
    this.frames.length = index + 1;
    const end = this.frames.at(-1)?.sight.atMs ?? 0;
    this.lines = this.lines.filter(({ atMs }) => atMs <= end);
    this.reigns = this.reigns.filter(({ fromMs }) => fromMs <= end);
  }

  /** Every second one of the older ones goes. */
  #thin(): void {
    const old = this.frames.slice(0, -NEWEST).filter((_frame, at) => at % 2 === 0);
    this.frames = [...old, ...this.frames.slice(-NEWEST)];
  }
}

/** The highest term that anybody who runs knows, and who leads in it. */
export function leadershipOf({ sight }: Frame): { readonly term: number; readonly leader: number } {
  let term = 0;
  let leader = 0;
  for (const { state, sight: own, node } of sight.members) {
    if (own === undefined || state !== 'up') continue;
    if (own.term > term) {
      term = own.term;
      leader = 0;
    }
    if (own.term === term && own.role === 'leader') leader = node;
  }
  return { term, leader };
}
