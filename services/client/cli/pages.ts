/** A range of any size, a page at a time, all pages of one revision. */
import { endOfPrefix } from '#client';
import type { Pair, RangeOptions, RelevoClient } from '#client';
import { keyAfter } from './bytes.js';

const PAGE = 1_000;

export interface Page {
  readonly pairs: readonly Pair[];
  readonly revision: number;
  /** Keys from this page's first on. */
  readonly count: number;
}

/** Ends after `limit` pairs; 0: all. There is at least one page, which may be empty. */
export async function* pages(
  client: RelevoClient,
  prefix: Uint8Array,
  limit: number,
  options: RangeOptions,
): AsyncGenerator<Page> {
  const end = endOfPrefix(prefix);
  // The smallest key there can be: an empty one is refused.
  let key = prefix.length === 0 ? new Uint8Array(1) : prefix;
  let revision = options.revision ?? 0;
  let left = limit;
  for (;;) {
    const size = limit === 0 ? PAGE : Math.min(PAGE, left);
    const page = await client.range({ key, end }, { ...options, limit: size, revision });
    if (revision === 0) revision = page.revision;
    yield { pairs: page.pairs, revision, count: page.count };
    left -= page.pairs.length;
    const last = page.pairs.at(-1);
    if (!page.more || last === undefined || (limit !== 0 && left <= 0)) return;
    key = keyAfter(last.key);
  }
}
