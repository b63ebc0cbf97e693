/** Notes what each node was, and when, from one look to the next. */
import type { Moment, Span } from './record.js';
import type { NodeView, View } from './stage.js';

type OpenSpan = { -readonly [Field in keyof Span]: Span[Field] };

export class Chronicle {
  readonly spans: Span[] = [];
  readonly moments: Moment[] = [];
  readonly #open = new Map<number, OpenSpan>();

  saw(view: View): void {
    for (const node of view.nodes) this.#sawNode(node, view.atMs);
  }

  did(moment: Moment): void {
    this.moments.push(moment);
  }

  #sawNode({ id, name, state, role, term }: NodeView, atMs: number): void {
    const open = this.#open.get(id);
    if (open !== undefined) {
      open.toMs = atMs;
      const silent = state === 'down' || state === 'starting';
      const same = silent || (open.role === role && open.term === term);
      if (open.state === state && same) return;
    }
    const span = { name, state, role, term, fromMs: atMs, toMs: atMs };
    this.#open.set(id, span);
    this.spans.push(span);
  }
}
