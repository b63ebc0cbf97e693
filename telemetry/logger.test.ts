import { Writable } from 'node:stream';
import fc from 'fast-check';
import { Logger, type LoggerOptions } from '#telemetry';

class Screen extends Writable {
  readonly isTTY: boolean;
  text = '';

  constructor(isTTY = false) {
    super();
    this.isTTY = isTTY;
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString('utf8');
    done();
  }

  get lines(): string[] {
    return this.text.split('\n').slice(0, -1);
  }
}

const NOON = new Date('2026-03-01T12:00:00.123Z');

function start(change: Partial<LoggerOptions> = {}, screen = new Screen()) {
  const logger = new Logger({
    name: 'ada',
    level: 'info',
    format: 'json',
    stream: screen,
    now: () => NOON,
    ...change,
  });
  return { logger, screen };
}

const parsed = (line: string | undefined) => JSON.parse(line ?? '') as Record<string, unknown>;

test('a line is one JSON object: time, level, node, event, term, request, then the rest', () => {
  const { logger, screen } = start();
  logger.info('role changed', { role: 'leader', request: '17:4', term: 3, nothing: undefined });
  expect(screen.text).toBe(
    '{"time":"2026-03-01T12:00:00.123Z","level":"info","node":"ada","event":"role changed",' +
      '"term":3,"request":"17:4","role":"leader"}\n',
  );
});

test('levels below the least are not written, and can be asked for', () => {
  const { logger, screen } = start({ level: 'warn' });
  for (const level of ['debug', 'info', 'warn', 'error'] as const) logger.log(level, level);
  expect(screen.lines.map((line) => parsed(line)['event'])).toEqual(['warn', 'error']);
  expect(logger.writes('info')).toBe(false);
  expect(logger.writes('error')).toBe(true);
});

test('errors are written with what they hold, wherever they stand', () => {
  const { logger, screen } = start();
  const cause = Object.assign(new Error('no space'), { code: 'ENOSPC' });
  logger.error('disk failed', { error: new Error('write failed', { cause }), all: [cause] });
  const line = parsed(screen.lines[0]);
  expect(line['error']).toMatchObject({
    name: 'Error',
    message: 'write failed',
    stack: expect.stringContaining('logger.test') as unknown,
    cause: { message: 'no space', code: 'ENOSPC' },
  });
  expect(line['all']).toMatchObject([{ code: 'ENOSPC' }]);
});

test('bytes are counted, not shown; what has no end is cut', () => {
  const { logger, screen } = start();
  const endless: Record<string, unknown> = {};
  endless['self'] = endless;
  logger.info('odd', {
    bytes: new Uint8Array([115, 101, 99, 114, 101, 116]),
    big: 2n ** 60n,
    endless,
    long: 'x'.repeat(10_000),
    map: new Map([['a', 1]]),
    many: new Set(Array.from({ length: 500 }, (_, at) => at)),
    none: Number.NaN,
    never: new Date(Number.NaN),
    call: () => 1,
  });
  const line = parsed(screen.lines[0]);
  expect(line).toMatchObject({
    bytes: '(6 bytes)',
    big: '1152921504606846976',
    map: { a: 1 },
    none: 'NaN',
    never: '(no time)',
    call: '(function)',
  });
  expect(String(line['long'])).toMatch(/x\.\.\. \(10000 characters\)$/);
  expect(JSON.stringify(line['endless'])).toContain('(too deep)');
  expect(line['many']).toHaveLength(101);
});

test('a field can not pass for what the line says of itself', () => {
  const { logger, screen } = start();
  logger.info('joined', { node: 'mallory', level: 'debug', message: 'hello', line: 1 });
  expect(parsed(screen.lines[0])).toMatchObject({
    node: 'ada',
    level: 'info',
    event: 'joined',
    node_: 'mallory',
    level_: 'debug',
    message: 'hello',
    line: 1,
  });
});

test.each(['json', 'pretty'] as const)(
  '%s: whatever is logged is one line without control characters',
  (format) => {
    const control = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e]/;
    const text = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(text, text, fc.anything(), (event, key, value) => {
        const { logger, screen } = start({ format });
        logger.info(event, { [key]: value, text: `\u001b[31m${key}\r\nforged` });
        expect(screen.lines).toHaveLength(1);
        expect(screen.text).not.toMatch(control);
        if (format === 'json') expect(parsed(screen.lines[0])['event']).toBe(event);
      }),
    );
  },
);

describe('for people', () => {
  test('auto is JSON, except on a terminal', () => {
    const terminal = new Screen(true);
    start({ format: 'auto' }, terminal).logger.info('role changed', { term: 3, why: 'a b' });
    const plainText = terminal.text.replaceAll(/\u001b\[\d+m/g, '');
    expect(plainText).toBe('12:00:00.123 INFO  ada role changed term=3 why="a b"\n');
    const { logger, screen } = start({ format: 'auto' });
    logger.info('role changed');
    expect(screen.text).toMatch(/^\{/);
  });

  test('an error has its stack on lines of its own', () => {
    const { logger, screen } = start({ format: 'pretty' });
    logger.error('disk failed', { error: new Error('no \u001bspace') });
    expect(screen.lines.length).toBeGreaterThan(1);
    expect(screen.lines[0]).toMatch(/ERROR ada disk failed Error: no \\u001bspace$/);
    expect(screen.lines[1]).toMatch(/^ +at /);
  });
});

test('close() waits for the last line; a reader that is gone does not stop us', async () => {
  const { logger, screen } = start();
  logger.info('stopping');
  screen.emit('error', new Error('EPIPE'));
  await logger.close();
  expect(screen.lines).toHaveLength(1);
});
