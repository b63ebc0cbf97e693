/** The real disk, which can be made to hang, to be full, or to fail. */
import type { DiskCompletion, DiskErrorCode, DiskRequest, Steps } from '#storage';
import type { NodeDisk } from '../process/surroundings.js';
import type { FaultBook } from './fault-book.js';

/** What a full disk does not do any more. */
const TAKES_ROOM: ReadonlySet<DiskRequest['op']> = new Set(['append', 'append-sync', 'write-file']);
/** What a disk that fails does not do any more; it can still be read. */
const CHANGES: ReadonlySet<DiskRequest['op']> = new Set([
  ...(['append', 'append-sync', 'write-file', 'sync', 'sync-directory'] as const),
  ...(['rename', 'remove', 'truncate', 'make-directory'] as const),
]);

export class BreakableDisk implements NodeDisk {
  readonly #inner: NodeDisk;
  readonly #deliver: (completions: DiskCompletion[]) => void;
  readonly #book: FaultBook;
  #held: DiskRequest[] = [];

  constructor(inner: NodeDisk, deliver: (completions: DiskCompletion[]) => void, book: FaultBook) {
    this.#inner = inner;
    this.#deliver = deliver;
    this.#book = book;
    book.onDiskMended(() => {
      const held = this.#held;
      this.#held = [];
      for (const request of held) this.submit(request);
    });
  }

  submit(request: DiskRequest): void {
    const { disk } = this.#book;
    if (disk === 'stalls') this.#held.push(request);
    else if (disk === 'full' && TAKES_ROOM.has(request.op)) this.#refuse(request, 'full');
    else if (disk === 'fails' && CHANGES.has(request.op)) this.#refuse(request, 'failed');
    else this.#inner.submit(request);
  }

  onSync(listener: (seconds: number) => void): void {
    this.#inner.onSync(listener);
  }

  runStart<Result>(steps: Steps<Result>): Promise<Result> {
    return this.#inner.runStart(steps);
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  #refuse({ id }: DiskRequest, code: DiskErrorCode): void {
    const message = `inflicted: the disk is ${code === 'full' ? 'full' : 'broken'}`;
    setImmediate(() => {
      this.#deliver([{ id, result: { ok: false, code, message } }]);
    });
  }
}
