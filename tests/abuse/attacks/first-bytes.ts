/** Connections that begin wrongly, slowly or not at all. */
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { PREFACE } from '../wire/frames.js';
import { Crowd } from '../wire/crowd.js';
import { finding, GRPC_FACES, type Attack } from './attack.js';

/** What the server gives a beginner is 5 s; the rest is the machine's. */
const CUT_MS_MAX = 8_000;
/** A first call's time is 10 s. */
const CALL_MS_MAX = 14_000;
const EACH = 20;
const MANY = 200;
const SLOW_BYTE_MS = 250;

/** A ClientHello's first bytes: a record of a handshake, TLS 1.0 as they all say. */
const TLS_HELLO = Buffer.concat([
  Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]),
  randomBytes(500),
]);
const TLS_ALERT_RECORD = 0x15;

const halfOpen: Attack = {
  name: 'half-open',
  against: GRPC_FACES,
  async play(target) {
    const silent = await Crowd.of(target, EACH, () => undefined, { acknowledges: false });
    const prefaceOnly = await Crowd.of(target, EACH, (one) => one.send(PREFACE), {
      acknowledges: false,
    });
    const callless = await Crowd.of(target, EACH, (one) => one.greet());
    const silentCut = await silent.allClosed(CUT_MS_MAX);
    const prefaceCut = await prefaceOnly.allClosed(CUT_MS_MAX);
    const calllessCut = await callless.allClosed(CALL_MS_MAX);
    for (const crowd of [silent, prefaceOnly, callless]) crowd.resetAll();
    const told = [silent.told[0], prefaceOnly.told[0], callless.told[0]];
    return finding(`3 x ${EACH} connections`, told.join(' | '), {
      'a connection that says nothing stays': !silentCut,
      'a preface without SETTINGS stays': !prefaceCut,
      'a connection without a call stays': !calllessCut,
      'a cut connection was not told why': told.some((text) => text === undefined),
    });
  },
};

const slowBytes: Attack = {
  name: 'a-byte-at-a-time',
  against: GRPC_FACES,
  async play(target) {
    const crowd = await Crowd.of(target, EACH, (one) => {
      void (async () => {
        for (let at = 0; at < PREFACE.length && !one.isClosed; at += 1) {
          one.send(PREFACE.subarray(at, at + 1));
          await pause(SLOW_BYTE_MS);
        }
      })();
    });
    const cut = await crowd.allClosed(CUT_MS_MAX);
    crowd.resetAll();
    return finding(`${EACH} prefaces, a byte each ${SLOW_BYTE_MS} ms`, crowd.told[0], {
      'a preface may come as slowly as it likes': !cut,
      'a cut connection was not told why': crowd.told.length < EACH,
    });
  },
};

/** Each of them is answered at once, in its own language. */
function foreign(
  name: string,
  bytes: () => Buffer,
  answered: (crowd: Crowd) => string | undefined,
): Attack {
  return {
    name,
    against: GRPC_FACES,
    async play(target) {
      const crowd = await Crowd.of(target, MANY, (one) => one.send(bytes()), {
        acknowledges: false,
        everyMs: 2,
      });
      const cut = await crowd.allClosed(CUT_MS_MAX);
      const told = answered(crowd);
      crowd.resetAll();
      return finding(`${MANY} connections`, told, {
        'a connection stays': !cut,
        'nobody was told why': told === undefined,
      });
    },
  };
}

/** Anything but what begins like one of the three languages. */
function garbageBytes(): Buffer {
  const bytes = randomBytes(1_000);
  bytes[0] = 0xff;
  return bytes;
}

export const FIRST_BYTES: readonly Attack[] = [
  halfOpen,
  slowBytes,
  foreign('garbage', garbageBytes, (crowd) => crowd.told[0]),
  foreign(
    'tls-hello',
    () => TLS_HELLO,
    (crowd) =>
      crowd.text.charCodeAt(0) === TLS_ALERT_RECORD ? 'a TLS alert, protocol_version' : undefined,
  ),
  foreign(
    'http-1',
    () => Buffer.from('GET / HTTP/1.1\r\nhost: here\r\n\r\n'),
    (crowd) => crowd.told[0],
  ),
];
