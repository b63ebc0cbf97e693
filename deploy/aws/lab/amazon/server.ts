/** The metadata service of instances (IMDSv2), and behind the same address the calls of the command aws. */
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { Instance } from '../machine/instance.js';
import { REGION } from '../template/deployment.js';
import type { Account } from './account.js';
import { Arguments, CallError } from './arguments.js';
import { CALLS } from './calls.js';
import { OperatorCalls } from './operator-calls.js';

const TOKEN = 'the-lab-gave-this-token';
const TOKEN_HEADER = 'x-aws-ec2-metadata-token';

export class AmazonServer {
  /** Every call so far: who made it, and its words. */
  readonly log: string[] = [];
  readonly #account: Account;
  readonly #operator = new OperatorCalls();

  constructor(account: Account) {
    this.#account = account;
  }

  async listen(address: string): Promise<Server> {
    const server = createServer((request, response) => {
      this.#answer(request, response).catch((error: unknown) => {
        response.statusCode = 500;
        response.setHeader('x-exit-status', '255');
        response.end(String(error));
      });
    });
    // A command may wait for Amazon as long as an instance takes to start.
    server.requestTimeout = 0;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(80, address, resolve);
    });
    return server;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://metadata');
    const caller = this.#account.byAddress(request.socket.remoteAddress ?? '') ?? null;
    if (url.pathname === '/aws') await this.#call(request, response, url, caller);
    else metadata(request, response, url.pathname, caller);
  }

  async #call(
    request: IncomingMessage,
    response: ServerResponse,
    url: URL,
    caller: Instance | null,
  ): Promise<void> {
    const body = await buffer(request);
    const words = JSON.parse(url.searchParams.get('words') ?? '[]') as string[];
    this.log.push(`${caller?.settings.host ?? 'operator'}: ${words.join(' ').slice(0, 500)}`);
    try {
      const answer = await this.#run(words, caller, body);
      response.setHeader('x-exit-status', '0');
      response.end(answer);
    } catch (error) {
      const status = error instanceof CallError ? error.status : 255;
      response.setHeader('x-exit-status', String(status));
      response.end(error instanceof Error ? error.message : String(error));
    }
  }

  #run(
    words: readonly string[],
    caller: Instance | null,
    body: Buffer,
  ): string | Buffer | Promise<string | Buffer> {
    const isUpload = words[0] === 's3';
    const files = isUpload ? {} : (JSON.parse(body.toString()) as Record<string, string>);
    const args = new Arguments(words, files);
    const name = `${args.service} ${args.verb}`;
    const call = CALLS[name] ?? (caller === null ? this.#operator.calls[name] : undefined);
    if (call === undefined) throw new CallError(252, `the stand-in does not know: aws ${name}`);
    return call({ account: this.#account, caller, args, body });
  }
}

/** With a token, as the template asks of every instance. */
function metadata(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  caller: Instance | null,
): void {
  const end = (status: number, text: string) => {
    response.statusCode = status;
    response.end(text);
  };
  if (caller === null) {
    end(404, '');
  } else if (request.method === 'PUT' && path === '/latest/api/token') {
    end(200, TOKEN);
  } else if (request.headers[TOKEN_HEADER] !== TOKEN) {
    end(401, '');
  } else {
    const { id, card, zone } = caller.settings;
    const found = new Map([
      ['instance-id', id],
      ['local-ipv4', card.address],
      ['placement/region', REGION],
      ['placement/availability-zone', zone],
    ]).get(path.replace('/latest/meta-data/', ''));
    end(found === undefined ? 404 : 200, found ?? '');
  }
}
