/** What happened, in plain language, in order. */
import type { FeedLine } from '#rpc/generated/relevo/v1/sight';

export class Feed {
  readonly lines: FeedLine[] = [];

  /** `node` 0: of no node. */
  say(atMs: number, node: number, kind: string, text: string): void {
    this.lines.push({ atMs, node, kind, text });
  }
}
