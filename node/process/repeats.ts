/**
 * Words that come again and again. A node that refuses an old leader decides so at each of its heartbeats: the first
 * few times are told, then one in ten seconds, with how often it was.
 */

const TOLD_EACH = 3;
const QUIET_MS = 10_000;
/** Others are forgotten, the oldest first. */
const KEPT = 64;

interface Heard {
  times: number;
  /** Since it was told last. */
  untold: number;
  toldAt: number;
}

export class Repeats {
  readonly #heard = new Map<string, Heard>();

  /** The words to tell at `now` (ms), or null: they were told just now. */
  tell(words: string, now: number): string | null {
    const heard = this.#heard.get(words);
    if (heard === undefined || (heard.untold === 0 && now - heard.toldAt >= QUIET_MS)) {
      this.#heard.delete(words);
      this.#heard.set(words, { times: 1, untold: 0, toldAt: now });
      const [oldest = ''] = this.#heard.keys();
      if (this.#heard.size > KEPT) this.#heard.delete(oldest);
      return words;
    }
    heard.times += 1;
    const isDue = heard.times <= TOLD_EACH || now - heard.toldAt >= QUIET_MS;
    if (!isDue) {
      heard.untold += 1;
      return null;
    }
    const more = heard.untold === 0 ? '' : ` (and ${heard.untold} times since it was told last)`;
    heard.untold = 0;
    heard.toldAt = now;
    return words + more;
  }
}
