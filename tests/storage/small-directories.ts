/** Small data directories, each with something in every file that a start reads. */
import { logIndex, nodeId, term, type Entry } from '#raft';
import { Storage, type Recovered } from '#storage';
import { cutFile } from '../../storage/cut.js';
import { CUT } from '../../storage/paths.js';
import { RecordingDisk } from './recording-disk.js';
import { Volume } from './volume.js';

export type Files = ReadonlyMap<string, Uint8Array>;

export const EXPECT = { clusterId: 'a1b2c3d4', nodeId: nodeId(1), name: 'ada' };
const IDENTITY = { ...EXPECT, format: 1, storeId: '00112233', askedToLead: true };
const MEMBERSHIP = { voters: [nodeId(1), nodeId(2), nodeId(3)], learners: [] };
const STATE = ['{"revision":9}', '{"key":"k1","value":"é"}', '{"key":"k2","value":"2"}'];
/** Of the directory that is being cut. */
export const CUT_FROM = 12;
/** Two or three segments of a few entries each. */
const SEGMENT_BYTES = 700;

class Maker {
  readonly #disk = new RecordingDisk(new Volume(), new Map());
  readonly storage: Storage;
  #now = 0;

  constructor() {
    const ignore = (): void => undefined;
    this.#disk.runStart(Storage.initialise(IDENTITY, { term: term(1), votedFor: null }), ignore);
    const found = this.#disk.runStart(Storage.recover(EXPECT), ignore);
    if ('code' in found) throw new Error(found.message);
    this.storage = new Storage(this.#disk, found, { segmentBytes: SEGMENT_BYTES });
    this.storage.saveVote({ term: term(3), votedFor: nodeId(2) });
  }

  /** Everything asked for is done; notes are written where `isQuiet`. */
  settle(isQuiet: boolean): void {
    for (let round = 0; round < 3; round++) {
      while (this.storage.work(10));
      for (let lane = this.#disk.busy()[0]; lane !== undefined; lane = this.#disk.busy()[0]) {
        const completion = this.#disk.step(lane);
        if (completion !== null) this.storage.complete(completion, this.#now);
      }
      if (!isQuiet) continue;
      this.#now += 25;
      this.storage.tick(this.#now);
    }
  }

  append(count: number, from: number): void {
    this.storage.append(entriesFrom(from, count));
    this.settle(true);
  }

  files(): Files {
    const { volume } = this.#disk;
    return new Map(
      [...volume.seen()].map(([path, number]) => [
        path,
        volume.inode(number)?.seen ?? new Uint8Array(0),
      ]),
    );
  }
}

const entriesFrom = (first: number, count: number): Entry[] =>
  Array.from({ length: count }, (_, at) => ({
    index: logIndex(first + at),
    term: term(1),
    body: { kind: 'command', text: `"put":{"key":"k${first + at}","value":"é${first + at}"}` },
  }));

/** Several segments, everything confirmed by a note. */
function confirmed(): Maker {
  const maker = new Maker();
  for (const first of [1, 4, 7, 10]) {
    maker.append(3, first);
    maker.storage.noteCommit(logIndex(first));
  }
  maker.settle(true);
  return maker;
}

function checkpointed(): Maker {
  const maker = new Maker();
  maker.append(3, 1);
  const marker = { index: logIndex(4), term: term(1), membership: MEMBERSHIP };
  maker.storage.append([{ ...marker, body: { kind: 'checkpoint' } }]);
  maker.settle(true);
  maker.storage.noteCommit(logIndex(4));
  const lines = [...STATE];
  maker.storage.beginCheckpoint(marker, {
    next: (max) => (lines.length === 0 ? null : lines.splice(0, max)),
    close: () => undefined,
  });
  maker.settle(true);
  maker.append(3, 5);
  maker.settle(true);
  return maker;
}

/** The last write is synced, and no note says so yet. */
function unconfirmed(): Files {
  const maker = confirmed();
  maker.storage.append(entriesFrom(13, 2));
  maker.settle(false);
  return maker.files();
}

function beingCut(): Files {
  const files = confirmed().files();
  return new Map([...files, [CUT, cutFile({ owner: IDENTITY, from: CUT_FROM })]]);
}

export const smallDirectories = (): ReadonlyMap<string, Files> =>
  new Map([
    ['confirmed', confirmed().files()],
    ['checkpointed', checkpointed().files()],
    ['unconfirmed', unconfirmed()],
    ['being cut', beingCut()],
  ]);

/** What a start makes of files, and whether it changed any. */
export function startOn(files: Files): {
  readonly found: ReturnType<typeof resultOf>;
  readonly hasChanged: boolean;
} {
  const volume = Volume.holding(files);
  const steps = Storage.recover(EXPECT);
  let hasChanged = false;
  let step = steps.next();
  while (step.done !== true) {
    const { op } = step.value;
    hasChanged ||= !['read', 'list', 'sync', 'sync-directory'].includes(op);
    volume.begin(step.value);
    step = steps.next(volume.finish(step.value));
  }
  return { found: resultOf(step.value), hasChanged };
}

type Start =
  ReturnType<typeof Storage.recover> extends Generator<unknown, infer Result> ? Result : never;

const resultOf = (found: Start): Start => found;

export const isRecovered = (found: Start): found is Recovered => !('code' in found);
