/**
 * The pages that are open (server-sent events): all get the same text, at most ten times a second (under load a third
 * of that), made once. Each event has the whole sight and the lines since the one before; its id is `epoch.lines`, by
 * which a page that lost its connection goes on where it was. Who reads slowly misses sights, and no line that is kept.
 */
import type { ServerResponse } from 'node:http';
import { randomBytes } from 'node:crypto';
import { Pace } from '#driver';
import type { ClusterWatch } from './cluster-watch.js';

const EVERY_MS = 100;
/** A comment keeps what stands in between from taking the stream for dead. */
const PING_MS = 15_000;
/** Closed pages are not waited for, but one that is loaded again should find the feed. */
const LINGER_MS = 5_000;
export const PAGES_MAX = 32;

interface Page {
  readonly response: ServerResponse;
  /** Lines of the feed that it has. */
  told: number;
  isFull: boolean;
}

export class EventStreams {
  readonly #watch: ClusterWatch;
  /** Of this process: the lines of another are other ones. */
  readonly #epoch = randomBytes(4).toString('hex');
  readonly #pages = new Set<Page>();
  readonly #pace = new Pace();
  #timer: NodeJS.Timeout | null = null;
  #pings: NodeJS.Timeout | null = null;
  #linger: NodeJS.Timeout | null = null;

  constructor(watch: ClusterWatch) {
    this.#watch = watch;
  }

  get size(): number {
    return this.#pages.size;
  }

  /** `lastId`: of the last event that it had; empty: none. */
  add(response: ServerResponse, lastId: string): void {
    this.wake();
    const page: Page = { response, told: this.#toldBy(lastId), isFull: false };
    this.#pages.add(page);
    response.on('drain', () => {
      page.isFull = false;
    });
    response.on('close', () => {
      this.#pages.delete(page);
      if (this.#pages.size === 0) this.#rest();
    });
    response.write('retry: 500\n\n');
    this.#tell(new Map(), page);
  }

  /** Somebody looks, or will soon. */
  wake(): void {
    this.#watch.begin();
    if (this.#linger !== null) clearTimeout(this.#linger);
    this.#linger = null;
    this.#timer ??= setInterval(() => {
      this.#tellAll();
    }, EVERY_MS);
    this.#pings ??= setInterval(() => {
      for (const { response, isFull } of this.#pages) if (!isFull) response.write(': ping\n\n');
    }, PING_MS);
    // Who polls comes back soon, or the watch ends.
    if (this.#pages.size === 0) this.#rest();
  }

  /** As one event has it, for who does not keep a stream. */
  snapshot(): string {
    this.wake();
    return this.#text(0);
  }

  close(): void {
    for (const { response } of this.#pages) response.end();
    this.#pages.clear();
    this.#sleep();
  }

  #toldBy(lastId: string): number {
    const [epoch, lines] = lastId.split('.');
    return epoch === this.#epoch && /^\d{1,15}$/.test(lines ?? '') ? Number(lines) : 0;
  }

  #rest(): void {
    this.#linger ??= setTimeout(() => {
      this.#sleep();
    }, LINGER_MS).unref();
  }

  #sleep(): void {
    for (const timer of [this.#timer, this.#pings, this.#linger]) {
      if (timer !== null) clearTimeout(timer);
    }
    this.#timer = null;
    this.#pings = null;
    this.#linger = null;
    this.#watch.end();
  }

  #tellAll(): void {
    if (this.#pages.size === 0 || this.#pace.leavesOut(this.#watch.newestIndex)) return;
    // Nearly all pages are told the same: from the same line on.
    const texts = new Map<number, string>();
    for (const page of this.#pages) if (!page.isFull) this.#tell(texts, page);
  }

  #tell(texts: Map<number, string>, page: Page): void {
    const text = texts.get(page.told) ?? this.#text(page.told);
    texts.set(page.told, text);
    page.told = this.#watch.said;
    page.isFull = !page.response.write(`id: ${this.#epoch}.${page.told}\ndata: ${text}\n\n`);
  }

  #text(told: number): string {
    const feed = this.#watch.feedSince(told);
    return JSON.stringify({
      sight: this.#watch.sight(),
      feed,
      from: this.#watch.said - feed.length,
    });
  }
}
