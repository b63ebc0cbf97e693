/**
 * Who may ask the page's face for what. The browser of somebody who is allowed may be lured by another page: so the name
 * that it asked for, the page that it comes from, and for every act a token that no other page knows, are looked at.
 */
import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import type { PageConfig } from '#config';
import { isLoopback } from '#tls';

export interface Denial {
  readonly status: 401 | 403 | 421;
  /** Says what to do. */
  readonly text: string;
}

export class Guard {
  readonly #config: PageConfig;
  /** Everybody who reaches the port is on this machine. */
  readonly #isPrivate: boolean;

  constructor(config: PageConfig, host: string) {
    this.#config = config;
    this.#isPrivate = isLoopback(host);
  }

  /** Of everything but health and metrics. Null: go on. */
  mayAsk(request: IncomingMessage): Denial | null {
    const named = hostOf(request.headers.host ?? '');
    if (!this.#isOurName(named)) {
      const text = `this is not ${named || 'a name'} to be asked for; PAGE_HOSTS says which names are`;
      return { status: 421, text };
    }
    return this.#fromElsewhere(request);
  }

  /** Of what the cluster holds and does. */
  mayLook(request: IncomingMessage, query: URLSearchParams): Denial | null {
    if (this.#isPrivate) return null;
    // An event source can set no header.
    return this.#tokenDenial(request, query.get('token'));
  }

  mayAct(request: IncomingMessage): Denial | null {
    if (!this.#config.control) {
      return {
        status: 403,
        text: 'this proxy only shows: start it with CONTROL=true and a PAGE_TOKEN',
      };
    }
    const { 'sec-fetch-site': site, origin } = request.headers;
    if (origin === undefined && site !== undefined && site !== 'same-origin') return elsewhere();
    return this.#tokenDenial(request, null);
  }

  #tokenDenial({ headers }: IncomingMessage, given: string | null): Denial | null {
    const { token } = this.#config;
    if (token === null) {
      const text = 'the page is shown to this machine alone: set PAGE_TOKEN to let others look';
      return { status: 403, text };
    }
    const shown = given ?? /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1] ?? '';
    if (isSame(shown, token)) return null;
    const text =
      'the token is missing or another one: open the address that the start printed, # and all';
    return { status: 401, text };
  }

  #fromElsewhere({ headers }: IncomingMessage): Denial | null {
    const { origin, host = '' } = headers;
    const site = headers['sec-fetch-site'];
    if (origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`) {
      return elsewhere();
    }
    // A link on another page may lead here; its scripts may not reach here.
    const isVisit = headers['sec-fetch-mode'] === 'navigate';
    return site === 'cross-site' && !isVisit ? elsewhere() : null;
  }

  /** An address can't be made to lead here by somebody else's name server; a name can. */
  #isOurName(name: string): boolean {
    if (this.#config.hosts.includes(name)) return true;
    return isIP(name) !== 0 && (isLoopback(name) || !this.#isPrivate);
  }
}

function elsewhere(): Denial {
  return { status: 403, text: "this comes from another page; only the proxy's own may ask" };
}

/** Without its port and brackets, in small letters. */
function hostOf(header: string): string {
  return header
    .toLowerCase()
    .replace(/:\d+$/, '')
    .replace(/^\[|\]$/g, '');
}

/** Takes as long for every wrong one of the right length. */
function isSame(shown: string, token: string): boolean {
  const [one, other] = [Buffer.from(shown), Buffer.from(token)];
  return one.length === other.length && timingSafeEqual(one, other);
}
