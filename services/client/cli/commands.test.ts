import { TestWorld } from './testing/test-world.js';

let world: TestWorld;

beforeEach(() => {
  world = new TestWorld();
});

afterEach(() => world.close());

describe('one-shot commands', () => {
  test('R54 set 1 1 and get 1 work as they stand', async () => {
    const set = await world.run('set', '1', '1');
    const get = await world.run('get', '1');

    expect(set).toMatchObject({ exit: 0, out: 'OK rev 2\n', err: '' });
    expect(get).toMatchObject({ exit: 0, out: '1\n', err: '' });
  });

  test('R57 a missing key is told apart from an empty value, by exit code and output', async () => {
    await world.run('set', 'empty', '');

    expect(await world.run('get', 'empty')).toMatchObject({ exit: 0, out: '\n', err: '' });
    expect(await world.run('get', 'missing')).toMatchObject({
      exit: 1,
      out: '',
      err: 'no such key: missing\n',
    });
    world.isTerminal = true;
    expect((await world.run('get', 'empty')).out).toContain('(empty value)');
  });

  test('R57 json says whether the key was found', async () => {
    await world.run('set', 'empty', '');

    const empty = await world.run('get', 'empty', '-o', 'json');
    const missing = await world.run('get', 'missing', '-o', 'json');

    expect(JSON.parse(empty.out)).toMatchObject({
      found: true,
      key: 'empty',
      value: '',
      version: 1,
    });
    expect(JSON.parse(missing.out)).toEqual({ found: false, key: 'missing' });
    expect(missing.exit).toBe(1);
  });

  test('R54 any bytes go in by - and come out the same', async () => {
    world.input = new Uint8Array([0, 255, 10, 13, 128, 0]);

    await world.run('set', 'k', '-');

    expect((await world.run('get', 'k', '-o', 'raw')).bytes).toEqual(world.input);
    const json = JSON.parse((await world.run('get', 'k', '-o', 'json')).out) as object;
    expect(json).toMatchObject({ key: 'k', value64: '//8KDYAA'.replace('//8', 'AP8') });
  });

  test('R54 keys and values that are not text go in as base64, and show escaped', async () => {
    await world.run('set', '/wA=', 'G1ttAA==', '--key64', '--value64');

    world.isTerminal = true;
    world.environment = { NO_COLOR: '1' };
    const ls = await world.run('ls');

    expect(ls.out).toContain(String.raw`\xff\x00`);
    expect(ls.out).toContain(String.raw`\x1b[m\x00`);
    expect(ls.out).not.toContain('\x1b');
  });

  test('a value that looks like a number below zero is no option', async () => {
    expect(await world.run('set', 'k', '-5')).toMatchObject({ exit: 0 });
    expect((await world.run('get', 'k')).out).toBe('-5\n');
  });

  test('del deletes one, or a prefix, and says no when there was nothing', async () => {
    for (const key of ['a/1', 'a/2', 'b']) await world.run('set', key, 'x');

    expect(await world.run('del', 'b')).toMatchObject({ exit: 0, out: 'deleted 1 rev 5\n' });
    expect(await world.run('del', 'b')).toMatchObject({ exit: 1, out: '' });
    expect(await world.run('del', '--prefix', 'a/')).toMatchObject({ exit: 0 });
    expect((await world.run('ls')).out).toBe('');
  });

  test('del does not take an empty prefix for everything', async () => {
    await world.run('set', 'a', 'x');

    expect(await world.run('del', '--prefix', '')).toMatchObject({ exit: 2 });
    expect((await world.run('get', 'a')).exit).toBe(0);
  });

  test('get --rev reads as it was', async () => {
    await world.run('set', 'k', 'old');
    await world.run('set', 'k', 'new');

    expect((await world.run('get', 'k', '--rev', '2')).out).toBe('old\n');
    expect((await world.run('get', 'k')).out).toBe('new\n');
  });
});

describe('cas', () => {
  test('writes when the value is the old one, else says what is there and exits 1', async () => {
    await world.run('set', 'k', 'a');

    expect(await world.run('cas', 'k', 'a', 'b')).toMatchObject({ exit: 0 });
    expect(await world.run('cas', 'k', 'a', 'c')).toMatchObject({
      exit: 1,
      out: '',
      err: 'not written: k is b (rev 3)\n',
    });
    expect((await world.run('get', 'k')).out).toBe('b\n');
  });

  test('--absent writes a new key only, --rev an unchanged one only', async () => {
    expect(await world.run('cas', 'k', 'a', '--absent')).toMatchObject({ exit: 0 });
    expect(await world.run('cas', 'k', 'b', '--absent')).toMatchObject({ exit: 1 });
    expect(await world.run('cas', 'k', 'b', '--rev', '2')).toMatchObject({ exit: 0 });
    expect(await world.run('cas', 'k', 'c', '--rev', '2')).toMatchObject({ exit: 1 });
    expect(await world.run('cas', 'other', 'a', 'b')).toMatchObject({
      exit: 1,
      err: 'not written: there is no key other\n',
    });
  });

  test('a wrong number of values is wrong usage, and says how it goes', async () => {
    const ran = await world.run('cas', 'k', 'a');

    expect(ran.exit).toBe(2);
    expect(ran.err).toContain('cas KEY OLD NEW');
  });
});

describe('ls', () => {
  beforeEach(async () => {
    for (const key of ['b', 'a/2', 'a/1', 'ä']) await world.run('set', key, `of ${key}`);
  });

  test('lists in byte order, tab-separated in a pipe, below a prefix', async () => {
    const all = await world.run('ls');
    expect(all.out.split('\n').map((line) => line.split('\t')[0])).toEqual([
      'a/1',
      'a/2',
      'b',
      'ä',
      '',
    ]);
    expect((await world.run('ls', 'a/')).out).toBe('a/1\tof a/1\t4\t1\na/2\tof a/2\t3\t1\n');
  });

  test('ndjson is a pair a line, json one object, raw the bytes', async () => {
    const lines = (await world.run('ls', 'a/', '-o', 'ndjson')).out.trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { key: string }).key)).toEqual(['a/1', 'a/2']);
    const whole = JSON.parse((await world.run('ls', '--limit', '1', '-o', 'json')).out) as object;
    expect(whole).toMatchObject({ count: 4, pairs: [{ key: 'a/1' }] });
    expect((await world.run('ls', 'a/', '--keys', '-o', 'raw')).out).toBe('a/1\na/2\n');
  });

  test('--count counts, and a table for a person has a head and says how many', async () => {
    expect((await world.run('ls', '--count')).out).toBe('4\n');
    world.isTerminal = true;
    world.environment = { NO_COLOR: '1' };
    const { out } = await world.run('ls', 'a/');
    expect(out).toMatch(/^KEY\s+VALUE\s+REVISION\s+VERSION\n/);
    expect(out).toContain('2 keys at rev 5');
  });

  test('more than a page comes whole, at one revision', async () => {
    const seeded = new TestWorld();
    const client = await seeded.connect(['127.0.0.1:1'], {});
    const keys = Array.from(
      { length: 1_100 },
      (_, number) => `k${String(number).padStart(4, '0')}`,
    );
    await Promise.all(keys.map((key) => client.put(key, key)));
    await client.close();

    const { out } = await seeded.run('ls', '--keys', '-o', 'raw');

    expect(out.trim().split('\n')).toEqual(keys);
  });
});

describe('exit codes and messages', () => {
  test('wrong usage is 2, with the remedy', async () => {
    expect(await world.run('sett', 'k', 'v')).toMatchObject({ exit: 2, out: '' });
    expect(await world.run('set', 'k')).toMatchObject({ exit: 2, out: '' });
    expect(await world.run('get', 'k', '--rev', 'x')).toMatchObject({ exit: 2 });
    expect(await world.run('get', 'k', '-o', 'xml')).toMatchObject({ exit: 2 });
    const base64 = await world.run('get', '%%', '--key64');
    expect(base64).toMatchObject({ exit: 2 });
    expect(base64.err).toContain('is not base64');
  });

  test('every wrong setting is named at once, with where it came from', async () => {
    world.environment = { RELEVO_TIMEOUT: 'soon', RELEVO_CONSISTENCY: 'perhaps' };

    const { exit, err } = await world.run('get', 'k');

    expect(exit).toBe(2);
    expect(err).toContain('RELEVO_TIMEOUT');
    expect(err).toContain('RELEVO_CONSISTENCY');
  });

  test('nobody there is 3, and says that nothing happened', async () => {
    world.node.down = true;

    const { exit, err } = await world.run('--timeout', '50ms', 'set', 'k', 'v');

    expect(exit).toBe(3);
    expect(err).toContain('Nothing happened');
  });

  test('an unknown outcome is 4, and the printed command repeats that very write once', async () => {
    world.node.mute = true;
    const { exit, err } = await world.run('--timeout', '50ms', 'set', 'k', 'a b');
    expect(exit).toBe(4);
    const line = err.trim().split('\n').at(-1)?.trim() ?? '';
    expect(line).toMatch(/^relevo --request-id 7:1 --timeout 50ms set k 'a b'$/);
    expect(world.node.requests.filter(({ kind }) => kind === 6)).toEqual([]);

    world.node.mute = false;
    const again = await world.run('--request-id', '7:1', '--timeout', '50ms', 'set', 'k', 'a b');

    expect(again).toMatchObject({ exit: 0, out: 'OK rev 2\n' });
    expect(world.node.revision).toBe(2);
  });

  test('R56 Ctrl+C in mid-write ends with 130 and the request id', async () => {
    world.node.mute = true;
    const interrupt = new AbortController();
    const running = world.runUntil(interrupt.signal, 'set', 'k', 'v');
    while (!world.node.requests.some(({ kind }) => kind === 1)) {
      await new Promise((resolve) => setImmediate(resolve));
    }

    interrupt.abort();

    const { exit, err } = await running;
    expect(exit).toBe(130);
    expect(err).toContain('Request id: 7:1');
  });

  test('help is 0, names every verb and the exit codes', async () => {
    const { exit, out } = await world.run('help');

    expect(exit).toBe(0);
    for (const verb of [
      'set',
      'get',
      'del',
      'ls',
      'cas',
      'watch',
      'cluster',
      'files',
      'completion',
    ]) {
      expect(out).toMatch(new RegExp(`^  ${verb}\\b`, 'm'));
    }
    expect(out).toContain('Exit codes');
  });
});

describe('help and version', () => {
  test('--version names the program, and is 0', async () => {
    expect(await world.run('--version')).toMatchObject({ exit: 0, out: 'relevo 0.0.0\n', err: '' });
  });

  test('help VERB explains each, by its other names too', async () => {
    for (const verb of ['get', 'put', 'list', 'cluster', 'inspect', 'completion']) {
      const { exit, out } = await world.run('help', verb);
      expect({ verb, exit, out }).toMatchObject({ exit: 0 });
      expect(out).toMatch(new RegExp(`^Usage: relevo .*\\b${verb}\\b`));
    }
  });

  test('help of what is no command is wrong usage, with what was probably meant', async () => {
    const { exit, out, err } = await world.run('help', 'gte');
    expect({ exit, out }).toEqual({ exit: 2, out: '' });
    expect(err).toContain('Did you mean get?');
  });

  test('wraps on a narrow terminal', async () => {
    world.columns = 60;
    const { out } = await world.run('help');
    expect(out.split('\n').filter((line) => line.length > 60)).toEqual([]);
  });
});

describe('where to', () => {
  test('R55 --node takes a port or host:port, --endpoints and the environment take lists', async () => {
    world.environment = { RELEVO_ENDPOINTS: 'one:1,two:2', PLAINTEXT: 'all' };

    await world.run('ls');
    await world.run('--node', '6788', 'ls');
    await world.run('--node', 'host:6788', 'ls');
    await world.run('--endpoints', 'three:3', 'ls');

    expect(world.dialled).toEqual(['one:1,two:2', '127.0.0.1:6788', 'host:6788', 'three:3']);
  });

  test('--consistency stale asks for a stale read', async () => {
    await world.run('get', 'k', '--consistency', 'stale');
    await world.run('get', 'k');

    expect(world.node.requests.map(({ kind }) => kind)).toEqual([3, 2]);
  });
});

describe('a script on standard input', () => {
  test('R54 runs line by line over one connection; the exit code is the last that was not 0', async () => {
    world.input = new TextEncoder().encode(
      "set 1 'a b'\n\n# a remark\nget 1\nget 2\nrelevo get 1\n",
    );

    const { exit, out, err } = await world.run();

    expect(out).toBe('OK rev 2\na b\na b\n');
    expect(err).toBe('no such key: 2\n');
    expect(exit).toBe(1);
    expect(world.dialled).toHaveLength(1);
  });

  test('options before it hold for every line', async () => {
    world.input = new TextEncoder().encode('set 1 a\nget 1\n');

    const { out } = await world.run('--node', '6788', '-o', 'ndjson');

    const lines = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(lines).toMatchObject([{ ok: true }, { found: true, value: 'a' }]);
    expect(world.dialled).toEqual(['127.0.0.1:6788']);
  });
});
