/** Connections without number. */
import { setTimeout as pause } from 'node:timers/promises';
import { data, headers, message } from '../wire/frames.js';
import { Crowd } from '../wire/crowd.js';
import { GREETING } from '../wire/grpc-connection.js';
import { finding, FACES, GRPC_FACES, streamPath, type Attack, type Face } from './attack.js';

/** How many come, and how many of one address may stay; the rest of them is told so or reset. */
const CROWD: Readonly<Record<Face, readonly [number, number]>> = {
  proxy: [5_000, 1_024],
  node: [2_000, 1_024],
  peer: [300, 32],
  http: [500, 64],
};
const SETTLE_MS = 1_500;
const RESETS = 1_000;
/** So that a newcomer is in the middle of something when it is reset, ms. */
const BEFORE_RESET_MS = 20;
const RESET_MS_MAX = 5_000;

const idleCrowd: Attack = {
  name: 'idle-crowd',
  against: FACES,
  async play(target, face) {
    const [count, allowed] = CROWD[face];
    const crowd = await Crowd.of(
      target,
      count,
      (one) => {
        if (face !== 'http') one.greet();
      },
      { everyMs: 0.5 },
    );
    await pause(SETTLE_MS);
    const open = crowd.size - crowd.closed;
    const refusals = crowd.told.filter((text) => text.includes('limit for one address'));
    crowd.resetAll();
    return finding(`${count} connections, ${open} let in, ${refusals.length} told`, refusals[0], {
      [`${open} connections of one address stay, over ${allowed}`]: open > allowed,
      'no connection was told why': refusals.length === 0,
    });
  },
};

const resets: Attack = {
  name: 'tcp-resets',
  against: GRPC_FACES,
  async play(target, face) {
    const crowd = await Crowd.of(
      target,
      RESETS,
      (one, number) => {
        one.greet();
        // In the middle of a message, of a greeting, or of nothing.
        if (number % 3 < 2) one.send(headers(1, streamPath(face)));
        if (number % 3 === 0)
          one.send(data(1, GREETING), data(1, message(Buffer.alloc(100), 1_000)));
        setTimeout(() => {
          one.reset();
        }, BEFORE_RESET_MS);
      },
      { everyMs: 2 },
    );
    const areOver = await crowd.allClosed(RESET_MS_MAX);
    return finding(`${RESETS} connections reset in mid-stream`, '', {
      'a reset connection is not over': !areOver,
    });
  },
};

export const CROWDS: readonly Attack[] = [idleCrowd, resets];
