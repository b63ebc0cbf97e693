/**
 * The one committed log, put together from every segment that any node ever had. Some of them end in
 * entries that were never committed; which line stands at an index is told by the chain of checksums,
 * walked backwards from a line that is known to be committed.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { logIndex, term, type Entry } from '#raft';
import { crc32c, fromHex, writeHex } from '../../../storage/crc32c.js';

const LINE = /^\{"index":(\d+),"term":(\d+),(.*),"crc":"([0-9a-f]{8})"\}$/;
const NO_CHAIN = '00000000';

interface Line {
  readonly index: number;
  readonly term: number;
  readonly body: string;
  /** What the checksum covers, besides the digits of the line before. */
  readonly covered: string;
  readonly chain: string;
}

export class CommittedLog {
  /** By index, the lines that differ. */
  readonly #lines = new Map<number, Line[]>();
  #last = 0;

  /** Reads every file of the folder: segments under any name. */
  addFolder(directory: string): void {
    for (const name of readdirSync(directory)) {
      this.addSegment(readFileSync(join(directory, name), 'utf8'));
    }
  }

  addSegment(text: string): void {
    for (const raw of text.split('\n')) {
      const line = parse(raw);
      if (line === null) continue;
      const known = this.#lines.get(line.index);
      if (known === undefined) this.#lines.set(line.index, [line]);
      else if (!known.some(({ chain }) => chain === line.chain)) known.push(line);
      this.#last = Math.max(this.#last, line.index);
    }
  }

  get lastIndex(): number {
    return this.#last;
  }

  /**
   * Entries 1 to `last`, of which `chain` is the last one's checksum. Throws where no line that is there
   * continues to the next one.
   */
  entries(last: number, chain: string): Entry[] {
    const found: Entry[] = [];
    let wanted = chain;
    for (let index = last; index >= 1; index -= 1) {
      const line = this.#lines.get(index)?.find((one) => one.chain === wanted);
      if (line === undefined) {
        throw new Error(`entry ${index} with checksum ${wanted} stands in no segment of any node`);
      }
      found.push(entryOf(line));
      wanted = index === 1 ? NO_CHAIN : this.#before(line);
    }
    return found.reverse();
  }

  #before(line: Line): string {
    const candidates = this.#lines.get(line.index - 1) ?? [];
    const before = candidates.find(({ chain }) => continues(chain, line));
    if (before === undefined)
      throw new Error(`no entry ${line.index - 1} comes before ${line.chain}`);
    return before.chain;
  }
}

function parse(raw: string): Line | null {
  const match = LINE.exec(raw);
  if (match === null) return null;
  const [, index = '', termText = '', body = '', chain = ''] = match;
  const covered = raw.slice(0, raw.length - `,"crc":"${chain}"}`.length);
  return { index: Number(index), term: Number(termText), body, covered, chain };
}

function continues(chain: string, line: Line): boolean {
  const digits = new Uint8Array(8);
  writeHex(digits, 0, fromHex(chain));
  const bytes = new TextEncoder().encode(line.covered);
  return crc32c(bytes, 0, bytes.length, crc32c(digits)) === fromHex(line.chain);
}

/** Only commands matter here; what else there is takes its place as an empty entry. */
function entryOf({ index, term: of, body }: Line): Entry {
  const isCommand = !/^"(?:empty|checkpoint|membership)":/.test(body);
  return {
    index: logIndex(index),
    term: term(of),
    body: isCommand ? { kind: 'command', text: body } : { kind: 'empty' },
  };
}
