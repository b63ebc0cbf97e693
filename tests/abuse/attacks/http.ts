/** Against the port of health and metrics. */
import { setTimeout as pause } from 'node:timers/promises';
import { Crowd } from '../wire/crowd.js';
import { finding, type Attack } from './attack.js';

const EACH = 20;
/** Node's times for headers (5 s) and a whole request (10 s), looked after once a second. */
const HEADERS_MS_MAX = 8_000;
const REQUEST_MS_MAX = 13_000;
const UNREAD_MS_MAX = 13_000;
const SLOW_BYTE_MS = 250;
/** Less than an answer that is still to come would take to time out. */
const READ_ON_MS = 1_000;

const halfRequests: Attack = {
  name: 'http-half-requests',
  against: ['http'],
  async play(target) {
    const silent = await Crowd.of(target, EACH, () => undefined);
    const slow = await Crowd.of(target, EACH, (one) => {
      void (async () => {
        for (const letter of 'GET /metrics HTTP/1.1\r\nhost: here\r\nx: yyyyyyyyyyyyyyyyyyyyyyyy') {
          if (one.isClosed) return;
          one.send(Buffer.from(letter));
          await pause(SLOW_BYTE_MS);
        }
      })();
    });
    const body = await Crowd.of(target, EACH, (one) =>
      one.send(
        Buffer.from('POST /livez HTTP/1.1\r\nhost: here\r\ncontent-length: 1000\r\n\r\nhalf'),
      ),
    );
    const silentCut = await silent.allClosed(HEADERS_MS_MAX);
    const slowCut = await slow.allClosed(HEADERS_MS_MAX);
    const bodyCut = await body.allClosed(REQUEST_MS_MAX);
    for (const crowd of [silent, slow, body]) crowd.resetAll();
    return finding(`3 x ${EACH} connections`, [slow.told[0], body.told[0]].join(' | '), {
      'a connection that says nothing stays': !silentCut,
      'headers may come as slowly as they like': !slowCut,
      'half a body stays': !bodyCut,
      'a slow writer was not told why': !(slow.told[0]?.includes('408') ?? false),
    });
  },
};

const longRequests: Attack = {
  name: 'http-long-headers',
  against: ['http'],
  async play(target) {
    const headers = `GET /livez HTTP/1.1\r\nhost: here\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`;
    const long = await Crowd.of(target, EACH, (one) => one.send(Buffer.from(headers)));
    const garbage = await Crowd.of(target, EACH, (one) => one.send(Buffer.alloc(1_000, 0xff)));
    const longCut = await long.allClosed(HEADERS_MS_MAX);
    const garbageCut = await garbage.allClosed(HEADERS_MS_MAX);
    for (const crowd of [long, garbage]) crowd.resetAll();
    const told = [long.told[0], garbage.told[0]];
    return finding(`2 x ${EACH} connections`, told.join(' | '), {
      'long headers stay': !longCut,
      'garbage stays': !garbageCut,
      'nobody was told 431 and 400':
        !(told[0]?.includes('431') ?? false) || !(told[1]?.includes('400') ?? false),
    });
  },
};

const neverReads: Attack = {
  name: 'http-never-reads',
  against: ['http'],
  async play(target) {
    const asked = Buffer.from('GET /metrics HTTP/1.1\r\nhost: here\r\n\r\n'.repeat(500));
    const crowd = await Crowd.of(target, EACH, (one) => {
      one.stopReading();
      one.send(asked);
    });
    await pause(UNREAD_MS_MAX);
    // A socket that is not read does not notice its end.
    crowd.readOn();
    await crowd.allClosed(READ_ON_MS);
    const { closed } = crowd;
    crowd.resetAll();
    return finding(`${EACH} times 500 questions, no answer read, ${closed} cut`, '', {
      [`${EACH - closed} connections that read nothing stay`]: closed < EACH,
    });
  },
};

export const HTTP_ATTACKS: readonly Attack[] = [halfRequests, longRequests, neverReads];
