/**
 * What the proxy's HTTP port answers besides health and metrics: the dashboard's own files, and what it asks for.
 *
 *   GET  /                       the page, and the files that it names
 *   GET  /api/about              who this is, and whether it may be acted on
 *   GET  /api/events             the cluster as it is, and goes on being (server-sent events)
 *   GET  /api/state              the same once
 *   GET  /api/keys?prefix=&node= keys, through the proxy or as one node has them; ?key= the versions of one
 *   GET  /api/files/NODE[/PATH]  the files of a node's data directory, and one of them
 *   POST /api/act                an act, as JSON
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { PageConfig } from '#config';
import { performance } from 'node:perf_hooks';
import { NodeObserver } from '#rpc/observer';
import type { ProxyLog } from '../log.js';
import { parseAct, perform, type LiveAct, type Means } from './acts.js';
import type { ClusterWatch } from './cluster-watch.js';
import { EventStreams, PAGES_MAX } from './event-streams.js';
import { Guard, type Denial } from './guard.js';
import { shownHistory, shownKeys } from './keys.js';
import type { StaticFile } from './static-files.js';

const BODY_BYTES_MAX = 128 * 1024;
const FILE_BYTES_MAX = 1024 * 1024;

const SECURITY: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; worker-src 'self'; " +
    "img-src 'self' data:; manifest-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

export interface PageParts {
  readonly config: PageConfig;
  readonly host: string;
  readonly clusterName: string;
  readonly proxyName: string;
  readonly means: Means;
  readonly watch: ClusterWatch;
  /** Null: it was not built. */
  readonly files: ReadonlyMap<string, StaticFile> | null;
  readonly log: ProxyLog;
}

/** Lets a connection stay for as long as its stream does. */
export type KeepOpen = () => void;

export class PageFace {
  readonly #parts: PageParts;
  readonly #guard: Guard;
  readonly #streams: EventStreams;

  constructor(parts: PageParts) {
    this.#parts = parts;
    this.#guard = new Guard(parts.config, parts.host);
    this.#streams = new EventStreams(parts.watch);
  }

  /** Pages that are open. */
  get pages(): number {
    return this.#streams.size;
  }

  /** False: it is not the page's. */
  answer(request: IncomingMessage, response: ServerResponse, keepOpen: KeepOpen): boolean {
    if (!this.#parts.config.isShown) return false;
    for (const [name, value] of Object.entries(SECURITY)) response.setHeader(name, value);
    const url = new URL(request.url ?? '/', 'http://page.invalid');
    const denial = this.#guard.mayAsk(request) ?? this.#denialFor(request, url);
    if (denial !== null) deny(response, denial);
    else if (url.pathname.startsWith('/api/')) this.#answerApi(request, response, url, keepOpen);
    else this.#answerFile(request, response, url.pathname);
    return true;
  }

  close(): void {
    this.#streams.close();
  }

  #denialFor(request: IncomingMessage, { pathname, searchParams }: URL): Denial | null {
    // The page itself holds nothing of the cluster's.
    if (!pathname.startsWith('/api/') || pathname === '/api/about') return null;
    if (pathname === '/api/act') return this.#guard.mayAct(request);
    return this.#guard.mayLook(request, searchParams);
  }

  #answerFile({ method }: IncomingMessage, response: ServerResponse, path: string): void {
    const { files } = this.#parts;
    if (method !== 'GET' && method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      text(response, 405, 'the page is asked for with GET');
    } else if (files === null) {
      text(response, 503, 'the page was not built: run node scripts/setup.js, and start again');
    } else {
      const file = files.get(path);
      if (file === undefined) text(response, 404, 'nothing is here; the page is at /');
      else send(response, 200, file);
    }
  }

  #answerApi(
    request: IncomingMessage,
    response: ServerResponse,
    { pathname, searchParams }: URL,
    keepOpen: KeepOpen,
  ): void {
    const wanted = pathname === '/api/act' ? 'POST' : 'GET';
    if (request.method !== wanted) {
      response.setHeader('allow', wanted);
      text(response, 405, `${pathname} takes ${wanted}`);
      return;
    }
    const [, , what = '', node = '', ...path] = pathname.split('/');
    if (what === 'about') json(response, this.#about());
    else if (what === 'state') send(response, 200, jsonFile(this.#streams.snapshot()));
    else if (what === 'events') this.#stream(request, response, searchParams, keepOpen);
    else if (what === 'act') this.#act(request, response);
    else if (what === 'keys') this.#whenDone(response, this.#keys(searchParams));
    else if (what === 'files') this.#whenDone(response, this.#files(Number(node), path.join('/')));
    else text(response, 404, 'nothing is here');
  }

  #about() {
    const { config, clusterName, proxyName, means } = this.#parts;
    return {
      cluster: clusterName,
      proxy: proxyName,
      control: config.control,
      processes: config.control && means.supervisor !== null,
      nodes: means.nodes.map(({ id }) => ({ id, name: means.nameOf(id) })),
    };
  }

  #stream(
    { headers }: IncomingMessage,
    response: ServerResponse,
    query: URLSearchParams,
    keepOpen: KeepOpen,
  ): void {
    if (this.#streams.size >= PAGES_MAX) {
      text(response, 503, `${PAGES_MAX} pages are open already: close one`);
      return;
    }
    keepOpen();
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    this.#streams.add(response, String(headers['last-event-id'] ?? query.get('last') ?? ''));
  }

  #act(request: IncomingMessage, response: ServerResponse): void {
    const type = request.headers['content-type'] ?? '';
    if (!/^application\/json\b/i.test(type)) {
      text(response, 415, 'an act comes as application/json');
      return;
    }
    bodyOf(request).then(
      async (body) => {
        let act: LiveAct;
        try {
          act = parseAct(body);
        } catch (error) {
          text(response, 400, error instanceof Error ? error.message : String(error));
          return;
        }
        json(response, await this.#perform(act));
      },
      (error: unknown) => {
        text(response, 413, error instanceof Error ? error.message : String(error));
      },
    );
  }

  async #perform(act: LiveAct) {
    const { watch, means, log } = this.#parts;
    const began = performance.now();
    const answer = await perform(act, means);
    // Keys and values are nobody's business in a log.
    const { type } = act;
    const target = 'node' in act ? act.node : 'from' in act ? act.from : undefined;
    log('info', 'act of the page', {
      ...{ type, node: target, ok: answer.ok },
      ms: Math.round(performance.now() - began),
    });
    watch.say('node' in act ? act.node : 0, 'act', actText(act, answer.ok, answer.reason ?? ''));
    return answer;
  }

  async #keys(query: URLSearchParams) {
    const { client } = this.#parts.means;
    const node = Number(query.get('node') ?? 0);
    const { relevo, done } = await client(node > 0 ? node : 'proxy');
    try {
      const key = query.get('key');
      if (key !== null) return { versions: await shownHistory(relevo, key) };
      return await shownKeys(relevo, query.get('prefix') ?? '', node > 0);
    } finally {
      done();
    }
  }

  async #files(node: number, path: string) {
    const { nodes, identity } = this.#parts.means;
    const at = nodes.find(({ id }) => id === node);
    if (at === undefined) throw new Error(`there is no node ${node}`);
    const observer = new NodeObserver(at.address, identity);
    try {
      return path === '' ? await observer.listFiles() : await beginningOf(observer, path);
    } finally {
      observer.close();
    }
  }

  #whenDone(response: ServerResponse, work: Promise<unknown>): void {
    work.then(
      (answer) => {
        json(response, answer);
      },
      (error: unknown) => {
        text(response, 502, error instanceof Error ? error.message : String(error));
      },
    );
  }
}

/** As much of a file as is shown. */
async function beginningOf(observer: NodeObserver, path: string) {
  const pieces: Uint8Array[] = [];
  let offset = 0;
  let bytes = Infinity;
  while (offset < Math.min(bytes, FILE_BYTES_MAX)) {
    const piece = await observer.readFile({ path, offset, bytesMax: 0 });
    ({ bytes } = piece);
    if (piece.data.length === 0) break;
    pieces.push(piece.data);
    offset += piece.data.length;
  }
  return { text: Buffer.concat(pieces).toString('utf8'), bytes };
}

/** What was done, without what is secret; other nodes stand as # and id. */
function actText(act: LiveAct, ok: boolean, reason: string): string {
  const what = actWords(act);
  return ok ? `page: ${what}` : `page: ${what} was not done: ${reason}`;
}

function actWords(act: LiveAct): string {
  switch (act.type) {
    case 'set':
    case 'get':
    case 'delete':
    case 'cas':
      return `${act.type} ${JSON.stringify(act.key)} ${act.via === 'proxy' ? 'through the proxy' : `at #${act.via}`}`;
    case 'expire':
      return `the election timer of #${act.node} expires`;
    case 'cut':
    case 'mend':
      return `${act.type} the link from #${act.from} to #${act.to}`;
    case 'disk':
      return act.how === 'works'
        ? `the disk of #${act.node} works again`
        : `the disk of #${act.node}: ${act.how}`;
    case 'heal':
      return 'heal everything';
    case 'transfer':
      return `leadership to #${act.to}`;
    default:
      return `${act.type} #${act.node}`;
  }
}

/** Rejects when it is too long. */
function bodyOf(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let bytes = 0;
    request.on('data', (piece: Buffer) => {
      bytes += piece.length;
      if (bytes <= BODY_BYTES_MAX) pieces.push(piece);
      else reject(new Error(`an act has ${BODY_BYTES_MAX} bytes at most`));
    });
    request.on('end', () => {
      resolve(Buffer.concat(pieces).toString('utf8'));
    });
    request.on('error', reject);
  });
}

function deny(response: ServerResponse, { status, text: why }: Denial): void {
  if (status === 401) response.setHeader('www-authenticate', 'Bearer');
  text(response, status, why);
}

function text(response: ServerResponse, status: number, why: string): void {
  send(response, status, {
    type: 'text/plain; charset=utf-8',
    data: Buffer.from(`${why}\n`),
    isNamedByContents: false,
  });
}

function json(response: ServerResponse, value: unknown): void {
  send(response, 200, jsonFile(JSON.stringify(value)));
}

function jsonFile(source: string): StaticFile {
  return { type: 'application/json', data: Buffer.from(source), isNamedByContents: false };
}

function send(response: ServerResponse, status: number, file: StaticFile): void {
  response.writeHead(status, {
    'content-type': file.type,
    'content-length': file.data.length,
    'cache-control': file.isNamedByContents ? 'max-age=31536000, immutable' : 'no-store',
  });
  response.end(response.req.method === 'HEAD' ? undefined : file.data);
}
