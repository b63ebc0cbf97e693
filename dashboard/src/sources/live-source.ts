/** The running cluster, by way of its proxy. */
import type { ClusterSight, FeedLine } from '#rpc/generated/relevo/v1/sight';
import type { Act } from '#simulator/playground';
import type {
  ActAnswer,
  ForkedNode,
  ShownFile,
  ShownPair,
  Source,
  SourceEvents,
} from './source.js';

interface About {
  readonly cluster: string;
  readonly proxy: string;
  readonly control: boolean;
  readonly processes: boolean;
}

interface LiveEvent {
  readonly sight: ClusterSight;
  readonly feed: readonly FeedLine[];
  /** The number of the first line, of all that there were. */
  readonly from: number;
}

const FORK_FILES_MAX = 40;
const FORK_TRIES = 5;

export class LiveSource implements Source {
  readonly kind = 'live';
  readonly about: About;
  readonly #token: string | null;
  readonly #events: EventSource;

  /** Rejects if there is no cluster behind the page. */
  static async open(token: string | null, events: SourceEvents): Promise<LiveSource> {
    const response = await fetch('/api/about', { cache: 'no-store' });
    if (!response.ok) throw new Error(await response.text());
    return new LiveSource((await response.json()) as About, token, events);
  }

  private constructor(about: About, token: string | null, events: SourceEvents) {
    this.about = about;
    this.#token = token;
    const query = token === null ? '' : `?token=${encodeURIComponent(token)}`;
    this.#events = new EventSource(`/api/events${query}`);
    let epoch = '';
    this.#events.onmessage = ({ data, lastEventId }: MessageEvent<string>) => {
      const { sight, feed, from } = JSON.parse(data) as LiveEvent;
      const [ofEpoch = ''] = lastEventId.split('.');
      if (ofEpoch !== epoch) events.restarted();
      epoch = ofEpoch;
      events.trouble(null);
      events.lines(feed);
      events.frame({ sight, said: from + feed.length, events: 0 });
    };
    this.#events.onerror = () => {
      events.trouble('the proxy does not answer; trying again');
    };
  }

  get readOnly(): string | null {
    if (!this.about.control) return 'this proxy only shows (CONTROL is off)';
    return this.#token === null
      ? 'no token: open the address that npm start printed, # and all'
      : null;
  }

  async act(act: Act): Promise<ActAnswer> {
    const response = await fetch('/api/act', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...this.#authorization },
      body: JSON.stringify(act),
    });
    if (!response.ok) return { ok: false, reason: (await response.text()).trim() };
    return (await response.json()) as ActAnswer;
  }

  async keys(node: number, prefix: string): Promise<readonly ShownPair[]> {
    const query = new URLSearchParams({ prefix, ...(node > 0 && { node: String(node) }) });
    const { pairs } = await this.#get<{ pairs: readonly ShownPair[] }>(`keys?${query.toString()}`);
    return pairs;
  }

  async versions(key: string): Promise<readonly ShownPair[]> {
    const query = new URLSearchParams({ key }).toString();
    return (await this.#get<{ versions: readonly ShownPair[] }>(`keys?${query}`)).versions;
  }

  async files(node: number): Promise<readonly ShownFile[]> {
    return (await this.#get<{ files: readonly ShownFile[] }>(`files/${String(node)}`)).files;
  }

  async readFile(node: number, path: string): Promise<string> {
    return (await this.#get<{ text: string }>(`files/${String(node)}/${path}`)).text;
  }

  /** What the nodes have on their disks, to go on with in the playground. */
  async forkedNodes(sight: ClusterSight): Promise<readonly ForkedNode[]> {
    return Promise.all(
      sight.members.map(async ({ node, name, sight: own, state }): Promise<ForkedNode> => {
        const led = own?.role === 'leader' && state === 'up';
        const files = state === 'up' ? await this.#filesOf(node) : [];
        return { node, name, files, led: led && files.length > 0 };
      }),
    );
  }

  /** A checkpoint may take the place of files that were just named: then they are asked for again. */
  async #filesOf(node: number): Promise<ForkedNode['files']> {
    for (let tries = 1; ; tries += 1) {
      try {
        const shown = (await this.files(node)).filter(isNeeded).slice(0, FORK_FILES_MAX);
        return await Promise.all(
          shown.map(async ({ path }) => ({ path, text: await this.readFile(node, path) })),
        );
      } catch (error) {
        if (tries === FORK_TRIES) throw error;
      }
    }
  }

  close(): void {
    this.#events.close();
  }

  get #authorization(): Readonly<Record<string, string>> {
    return this.#token === null ? {} : { authorization: `Bearer ${this.#token}` };
  }

  async #get<Answer>(what: string): Promise<Answer> {
    const response = await fetch(`/api/${what}`, { headers: this.#authorization });
    if (!response.ok) throw new Error((await response.text()).trim());
    return (await response.json()) as Answer;
  }
}

/** What recovery reads. */
function isNeeded({ path }: ShownFile): boolean {
  return /^(identity\.json|vote\.json|log\/[^/]+|data\/\d+\.jsonl)$/.test(path);
}
