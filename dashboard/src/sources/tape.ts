/** What a lesson did, to be done again at any pace, up to any moment. */
import type { Playground, Script } from '#simulator/playground';

export class Tape {
  readonly script: Script;
  #next = 0;
  /** Where the step ends, ms; it goes no further. */
  holdMs = 0;

  constructor(script: Script) {
    this.script = script;
  }

  /** True: it has come to the end of the step. */
  advance(playground: Playground, ms: number): boolean {
    const target = Math.min(playground.atMs + ms, this.holdMs);
    for (;;) {
      const next = this.script.acts[this.#next];
      if (next === undefined || next.atMs > target) break;
      while (playground.events < next.at) playground.step();
      playground.advance(Math.max(0, next.atMs - playground.atMs));
      playground.act(next.act);
      this.#next += 1;
    }
    playground.advance(Math.max(0, target - playground.atMs));
    return playground.atMs >= this.holdMs;
  }
}
