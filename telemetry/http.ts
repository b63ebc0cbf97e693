/** The HTTP face of every service: /livez, /readyz and /metrics. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Metrics } from './metrics.js';

export interface HttpFaceOptions {
  readonly host: string;
  /** 0 takes any. */
  readonly port: number;
  /** Null: ready. Else why not, for people. */
  readonly notReady: () => string | null;
  readonly metrics: Metrics;
  /** Answers what is not ours, say a dashboard's pages; false if it is not its either. */
  readonly others?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

export interface HttpFace {
  readonly port: number;
  close(): Promise<void>;
}

const CONNECTIONS_MAX = 256;

/** Rejects with the system's error where it can't listen. */
export function startHttpFace(options: HttpFaceOptions): Promise<HttpFace> {
  const server = createServer(
    { headersTimeout: 5_000, requestTimeout: 10_000, keepAliveTimeout: 5_000 },
    (request, response) => {
      answer(options, request, response);
    },
  );
  server.maxConnections = CONNECTIONS_MAX;
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: options.host, port: options.port, exclusive: true }, () => {
      server.off('error', reject);
      // A connection that failed is its own affair.
      server.on('error', () => undefined);
      resolve({ port: (server.address() as AddressInfo).port, close: () => closed(server) });
    });
  });
}

function answer(
  options: HttpFaceOptions,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
  const isOurs = path === '/livez' || path === '/readyz' || path === '/metrics';
  if (!isOurs) {
    if (options.others?.(request, response) !== true) {
      send(response, 404, 'nothing is here; try /livez, /readyz or /metrics\n');
    }
    return;
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD');
    send(response, 405, `${path} takes GET\n`);
    return;
  }
  switch (path) {
    case '/livez':
      send(response, 200, 'ok\n');
      return;
    case '/readyz': {
      const reason = options.notReady();
      send(response, reason === null ? 200 : 503, reason === null ? 'ok\n' : `${reason}\n`);
      return;
    }
    case '/metrics':
      options.metrics.text().then(
        (text) => {
          send(response, 200, text, options.metrics.registry.contentType);
        },
        (error: unknown) => {
          send(response, 500, `the metrics can't be read: ${String(error)}\n`);
        },
      );
  }
}

function send(
  response: ServerResponse,
  status: number,
  text: string,
  type = 'text/plain; charset=utf-8',
): void {
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(response.req.method === 'HEAD' ? undefined : text);
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
    server.closeAllConnections();
  });
}
