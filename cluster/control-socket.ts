/**
 * Where the page reaches whoever owns the processes, by way of the proxy: HTTP over a socket that only this user can
 * open. `GET /processes` tells how they are, `POST /act` with `{"type":"kill","node":6787}` does something to one.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cluster, ClusterNode } from './cluster.js';
import type { Control } from './control.js';
import type { ProcessState } from './process.js';

const BODY_BYTES_MAX = 4_096;
const STATES = { running: 'up', stopped: 'down', paused: 'paused' } as const satisfies Record<
  ProcessState,
  string
>;

export class ControlSocket implements Control {
  readonly token = randomBytes(18).toString('base64url');
  readonly socketPath: string;
  /** Null on Windows, whose pipes have names instead. */
  readonly #folder: string | null;
  #server: Server | null = null;

  constructor() {
    // Paths of sockets are short, and a data folder's may be long; a folder made so is its user's alone.
    this.#folder = process.platform === 'win32' ? null : mkdtempSync(join(tmpdir(), 'relevo-'));
    this.socketPath =
      this.#folder === null
        ? `\\\\.\\pipe\\relevo-${randomBytes(8).toString('hex')}`
        : join(this.#folder, 'control.sock');
  }

  serve(cluster: Cluster): Promise<void> {
    const server = createServer((request, response) => {
      answer(cluster, request, response).catch((error: unknown) => {
        send(response, 409, error instanceof Error ? error.message : String(error));
      });
    });
    this.#server = server;
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.socketPath, resolve);
    });
  }

  close(): void {
    this.#server?.close();
    this.#server?.closeAllConnections();
    if (this.#folder !== null) rmSync(this.#folder, { recursive: true, force: true });
  }
}

async function answer(
  cluster: Cluster,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method === 'GET' && request.url === '/processes') {
    send(response, 200, JSON.stringify(processesOf(cluster)));
    return;
  }
  if (request.method !== 'POST' || request.url !== '/act') {
    send(response, 404, 'there is GET /processes, and POST /act');
    return;
  }
  const { type, node } = JSON.parse(await bodyOf(request)) as { type: string; node: number };
  await act(cluster, type, cluster.node(String(node)));
  send(response, 200, '');
}

function processesOf({ nodes, proxies }: Cluster) {
  return [
    ...nodes.map(({ id, name, process }) => ({ node: id, name, state: STATES[process.state] })),
    ...proxies.map(({ name, process }) => ({ node: 0, name, state: STATES[process.state] })),
  ];
}

async function act(cluster: Cluster, type: string, { name, process }: ClusterNode): Promise<void> {
  const { state } = process;
  switch (type) {
    case 'kill':
    case 'stop':
      if (state === 'stopped') throw new Error(`${name} does not run`);
      await (type === 'kill' ? cluster.kill(name) : cluster.stop(name));
      return;
    case 'start':
      if (state !== 'stopped') throw new Error(`${name} runs already`);
      await cluster.start(name);
      return;
    case 'pause':
      if (state !== 'running') throw new Error(`${name} is ${state}: only what runs can be paused`);
      cluster.pause(name);
      return;
    case 'resume':
      if (state !== 'paused') throw new Error(`${name} is not paused`);
      cluster.resume(name);
      return;
    default:
      throw new Error(
        `"${type}" can't be done to a process; kill, stop, start, pause and resume can`,
      );
  }
}

function bodyOf(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    request.setEncoding('utf8');
    request.on('data', (piece: string) => {
      text += piece;
      if (text.length > BODY_BYTES_MAX) reject(new Error('that is too long'));
    });
    request.on('end', () => {
      resolve(text);
    });
    request.on('error', reject);
  });
}

function send(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(text);
}
