/** The disk that the data lies on: room, and how long it takes to keep something. */
import {
  closeSync,
  existsSync,
  fdatasyncSync,
  mkdirSync,
  openSync,
  rmSync,
  statfsSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { bad, poor, well, type Finding } from './finding.js';

const SYNCS = 30;
const LINE = Buffer.alloc(200, 'x');
/** Every write of the cluster waits for such a sync, twice. */
const SLOW_MS = 25;
const VERY_SLOW_MS = 250;
const GIB = 1024 ** 3;
const FREE_MIN = GIB / 4;
const FREE_GOOD = GIB;

/** Writes and syncs a file of its own beside the data, and removes it. */
export function diskFindings(dataDirectory: string): Finding[] {
  const directory = existing(dataDirectory);
  return [roomOf(directory), syncsOf(directory)];
}

/** The data directory, or the nearest above it that is there. */
function existing(directory: string): string {
  let found = directory;
  while (!existsSync(found) && dirname(found) !== found) found = dirname(found);
  return found;
}

function roomOf(directory: string): Finding {
  const { bavail, bsize } = statfsSync(directory);
  const free = bavail * bsize;
  const seen = `${(free / GIB).toFixed(1)} GiB free at ${directory}`;
  if (free >= FREE_GOOD) return well('disk space', seen);
  const remedy = 'make room, or a larger disk: a node whose disk is full refuses writes';
  return free < FREE_MIN ? bad('disk space', seen, remedy) : poor('disk space', seen, remedy);
}

function syncsOf(directory: string): Finding {
  const folder = join(directory, `.relevo-doctor-${process.pid}`);
  let times: number[];
  try {
    mkdirSync(folder);
    times = timedSyncs(join(folder, 'log'));
  } catch (error) {
    const seen = `${directory} can't be written (${(error as NodeJS.ErrnoException).code ?? String(error)})`;
    return bad('disk', seen, 'give the user of the service the right to write there');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const [median = 0, worst = 0] = [times[Math.floor(times.length / 2)], times.at(-1)];
  const seen = `a sync takes ${median.toFixed(1)} ms, ${worst.toFixed(1)} ms at worst of ${SYNCS}`;
  if (median < SLOW_MS && worst < VERY_SLOW_MS) return well('disk latency', seen);
  const remedy = 'put the data on a faster disk, or move away what else keeps this one busy';
  return median < VERY_SLOW_MS
    ? poor('disk latency', seen, remedy)
    : bad('disk latency', seen, remedy);
}

/** Ascending, in ms. */
function timedSyncs(path: string): number[] {
  const file = openSync(path, 'w');
  try {
    const times = Array.from({ length: SYNCS }, () => {
      const began = performance.now();
      writeSync(file, LINE);
      fdatasyncSync(file);
      return performance.now() - began;
    });
    return times.sort((a, b) => a - b);
  } finally {
    closeSync(file);
  }
}
