/** The HTTP face of every service: /livez, /readyz and /metrics. */
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Metrics } from './metrics.js';

export interface HttpFaceOptions {
  readonly host: string;
  /** 0 takes any. */
  readonly port: number;
  /** Null: ready. Else why not, for people. */
  readonly notReady: () => string | null;
  readonly metrics: Metrics;
  /** How many connections there may be; `enter` says why not, or counts one in until `leave`. */
  readonly limit?: HttpLimit;
  /** Makes an HTTPS server; left out: plain HTTP. */
  readonly secure?: ((options: ServerOptions, listener: RequestListener) => Server) | undefined;
  /**
   * Answers what is not ours, say a dashboard's pages; false if it is not its either. `keepOpen` lifts the limits of
   * time from this connection, for an answer that goes on.
   */
  readonly others?: (
    request: IncomingMessage,
    response: ServerResponse,
    keepOpen: () => void,
  ) => boolean;
}

export interface HttpLimit {
  enter(address: string): string | null;
  leave(address: string): void;
}

export interface HttpFace {
  readonly port: number;
  close(): Promise<void>;
}

/** Those who ask are few: monitors, balancers, people. From one address, and in all. */
export const HTTP_CONNECTIONS = { connectionsMax: 256, connectionsPerAddressMax: 64 } as const;
/** No question here has a long address, and none has a body. */
const HEADER_BYTES_MAX = 8 * 1024;
/** A socket on which nothing moves: who does not read its answer, ms. */
const STALLED_MS = 10_000;

/** Answers may be asked for ahead of each other: so many of them wait for a reader at most. */
const REQUESTS_PER_SOCKET_MAX = 16;
/** Whatever a connection does; to make another costs those who ask here nothing. */
const CONNECTION_MS_MAX = 60_000;

const TIMES: ServerOptions = {
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  keepAliveTimeout: 5_000,
  // Node looks every 30 s unless told otherwise, and until then the times above don't hold.
  connectionsCheckingInterval: 1_000,
};

/** Rejects with the system's error where it can't listen. */
export function startHttpFace(options: HttpFaceOptions): Promise<HttpFace> {
  const create = options.secure ?? createServer;
  const lives = new Map<string, NodeJS.Timeout>();
  const server = create({ ...TIMES, maxHeaderSize: HEADER_BYTES_MAX }, (request, response) => {
    answer(options, request, response, () => {
      clearTimeout(lives.get(otherEnd(request.socket)));
      request.socket.setTimeout(0);
    });
  });
  server.setTimeout(STALLED_MS);
  server.maxRequestsPerSocket = REQUESTS_PER_SOCKET_MAX;
  server.on('connection', (socket: Socket) => {
    const end = otherEnd(socket);
    const timer = setTimeout(() => socket.destroy(), CONNECTION_MS_MAX);
    lives.set(end, timer);
    socket.once('close', () => {
      clearTimeout(timer);
      if (lives.get(end) === timer) lives.delete(end);
    });
  });
  if (options.limit !== undefined) limitConnections(server, options.limit);
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

/** Over TLS a connection has two sockets, and both name the same other end. */
function otherEnd({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress ?? ''} ${remotePort ?? 0}`;
}

function limitConnections(server: Server, limit: HttpLimit): void {
  // Before Node's own listener, which would begin to read.
  server.prependListener('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? 'unknown';
    const refusal = limit.enter(address);
    if (refusal === null) {
      socket.once('close', () => {
        limit.leave(address);
      });
      return;
    }
    socket.end(
      'HTTP/1.1 503 Service Unavailable\r\ncontent-type: text/plain; charset=utf-8\r\n' +
        `content-length: ${refusal.length + 1}\r\nconnection: close\r\n\r\n${refusal}\n`,
      () => socket.destroy(),
    );
  });
}

function answer(
  options: HttpFaceOptions,
  request: IncomingMessage,
  response: ServerResponse,
  keepOpen: () => void,
): void {
  const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
  const isOurs = path === '/livez' || path === '/readyz' || path === '/metrics';
  if (!isOurs) {
    if (options.others?.(request, response, keepOpen) !== true) {
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
