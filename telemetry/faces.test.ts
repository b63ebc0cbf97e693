import { request } from 'node:http';
import {
  Client,
  credentials,
  loadPackageDefinition,
  Server,
  ServerCredentials,
  type ServiceClientConstructor,
} from '@grpc/grpc-js';
import { loadSync, type MethodDefinition } from '@grpc/proto-loader';
import { protoPath, service as healthService } from 'grpc-health-check';
import { addHealth, addReflection, type HttpFace, Metrics, startHttpFace } from '#telemetry';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function ask(face: HttpFace, path: string, method = 'GET') {
  return new Promise<{ status: number; body: string; type: string }>((resolve, reject) => {
    const call = request({ host: '127.0.0.1', port: face.port, path, method }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (body += chunk));
      response.on('end', () => {
        const type = response.headers['content-type'] ?? '';
        resolve({ status: response.statusCode ?? 0, body, type });
      });
    });
    call.on('error', reject).end();
  });
}

describe('HTTP', () => {
  let reason: string | null = null;
  const face = async (metrics = new Metrics({ node: 'ada' })): Promise<HttpFace> => {
    const started = await startHttpFace({
      host: '127.0.0.1',
      port: 0,
      notReady: () => reason,
      metrics,
      others: (asked, response) => {
        if (asked.url !== '/dashboard') return false;
        response.end('page');
        return true;
      },
    });
    cleanups.push(() => started.close());
    return started;
  };

  test('/livez is there while the process is; /readyz says why not', async () => {
    const started = await face();
    expect(await ask(started, '/livez')).toMatchObject({ status: 200, body: 'ok\n' });
    reason = 'no leader yet';
    expect(await ask(started, '/readyz?x=1')).toMatchObject({
      status: 503,
      body: 'no leader yet\n',
    });
    expect((await ask(started, '/livez')).status).toBe(200);
    reason = null;
    expect(await ask(started, '/readyz')).toMatchObject({ status: 200, body: 'ok\n' });
  });

  test('/metrics reads the figures when it is asked', async () => {
    const metrics = new Metrics({ node: 'ada' });
    let writes = 0;
    const reads = new Map([[6788, 0]]);
    metrics.counter('relevo_writes_total', 'Writes.', () => writes);
    metrics.counter(
      'relevo_reads_total',
      'Reads.',
      () => [...reads].map(([node, value]) => ({ labels: { to: node }, value })),
      ['to'],
    );
    metrics.gauge('relevo_queue', 'Waiting.', () => 7);
    const observe = metrics.histogram('relevo_fsync_seconds', 'Syncs.', [0.001, 0.01]);
    const started = await face(metrics);
    for (const expected of [150, 300]) {
      writes = expected;
      reads.set(6788, expected / 2);
      observe(0.005);
      const { status, body, type } = await ask(started, '/metrics');
      expect(status).toBe(200);
      expect(type).toMatch(/^text\/plain/);
      expect(body).toContain(`relevo_writes_total{node="ada"} ${expected}\n`);
      expect(body).toContain(`relevo_reads_total{to="6788",node="ada"} ${expected / 2}\n`);
      expect(body).toContain('relevo_queue{node="ada"} 7\n');
      expect(body).toContain(
        `relevo_fsync_seconds_bucket{le="0.01",node="ada"} ${expected / 150}\n`,
      );
    }
    expect((await ask(started, '/metrics')).body).toContain('process_cpu_seconds_total');
  });

  test('a figure that can not be read is an error of that page alone', async () => {
    const metrics = new Metrics({});
    metrics.gauge('relevo_broken', 'Broken.', () => {
      throw new Error('not now');
    });
    const started = await face(metrics);
    expect(await ask(started, '/metrics')).toMatchObject({ status: 500 });
    expect((await ask(started, '/livez')).status).toBe(200);
  });

  test('other paths go to whoever has them; other methods are refused', async () => {
    const started = await face();
    expect(await ask(started, '/dashboard')).toMatchObject({ status: 200, body: 'page' });
    expect(await ask(started, '/etc/passwd')).toMatchObject({ status: 404 });
    expect(await ask(started, '/livez', 'POST')).toMatchObject({ status: 405 });
    expect(await ask(started, '/livez', 'HEAD')).toMatchObject({ status: 200, body: '' });
  });

  test('a busy port is an error, not a silence', async () => {
    const { port } = await face();
    const again = startHttpFace({
      host: '127.0.0.1',
      port,
      notReady: () => null,
      metrics: new Metrics({}),
    });
    await expect(again).rejects.toThrow(/EADDRINUSE/);
  });
});

async function serve(server: Server): Promise<string> {
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
  cleanups.push(() => server.forceShutdown());
  return `127.0.0.1:${port}`;
}

test('gRPC health is not serving until told, for the process and each service', async () => {
  const server = new Server();
  const setServing = addHealth(server, ['relevo.v1.Kv']);
  const address = await serve(server);
  const client = new Client(address, credentials.createInsecure());
  cleanups.push(() => client.close());
  const check = healthService['Check'] as MethodDefinition<object, object>;
  const statusOf = (service: string) =>
    new Promise<unknown>((resolve, reject) => {
      client.makeUnaryRequest(
        check.path,
        check.requestSerialize,
        check.responseDeserialize,
        { service },
        (error, reply) => {
          if (error) reject(error);
          else resolve((reply as { status: unknown }).status);
        },
      );
    });
  expect(protoPath).toMatch(/health/);
  expect(await statusOf('')).toBe('NOT_SERVING');
  setServing(true);
  expect(await statusOf('')).toBe('SERVING');
  expect(await statusOf('relevo.v1.Kv')).toBe('SERVING');
  setServing(false);
  expect(await statusOf('relevo.v1.Kv')).toBe('NOT_SERVING');
});

test('R6 reflection lists the services it is told to show, with their files', async () => {
  const server = new Server();
  addReflection(server, ['relevo.v1.Kv']);
  const address = await serve(server);
  const file = 'reflection/v1/reflection.proto';
  const definition = loadSync(file, {
    includeDirs: ['node_modules/@grpc/reflection/build/proto/grpc'],
    keepCase: true,
  });
  const { grpc } = loadPackageDefinition(definition) as unknown as {
    grpc: { reflection: { v1: { ServerReflection: ServiceClientConstructor } } };
  };
  const client = new grpc.reflection.v1.ServerReflection(address, credentials.createInsecure());
  cleanups.push(() => client.close());
  const call = (
    client['ServerReflectionInfo'] as () => ReturnType<Client['makeBidiStreamRequest']>
  ).call(client);
  const replies: { list_services_response?: { service: { name: string }[] } }[] = [];
  const done = new Promise<void>((resolve, reject) => {
    call.on('data', (reply: (typeof replies)[number]) => replies.push(reply));
    call.on('end', resolve).on('error', reject);
  });
  call.write({ list_services: '' });
  call.write({ file_containing_symbol: 'relevo.v1.Kv' });
  call.end();
  await done;
  expect(replies[0]?.list_services_response?.service).toEqual([{ name: 'relevo.v1.Kv' }]);
  expect(JSON.stringify(replies[1])).toContain('file_descriptor_proto');
});
