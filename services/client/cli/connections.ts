/**
 * The connections of one command, or of a whole prompt: made when first asked for, one for each set of
 * endpoints.
 */
import type { ConnectOptions, RelevoClient } from '#client';
import type { Settings } from './settings.js';
import type { StatusReader, World } from './world.js';

const CLIENT_NAME = 'relevo';
const CLOSE_MS_MAX = 1_000;
const WAIT_NOTE_MS = 1_000;

export class Connections {
  readonly #world: World;
  readonly #clients = new Map<string, Promise<RelevoClient>>();
  readonly #statuses = new Map<string, StatusReader>();

  constructor(world: World) {
    this.#world = world;
  }

  client(settings: Settings, signal: AbortSignal): Promise<RelevoClient> {
    const { endpoints, timeoutMs, tlsDirectory, plaintext } = settings;
    const name = endpoints.join(',');
    const known = this.#clients.get(name);
    if (known !== undefined) return known;
    const options: ConnectOptions = {
      ...{ name: CLIENT_NAME, timeoutMs, signal, plaintext: plaintext === 'all' },
      ...(tlsDirectory !== null && { tls: { directory: tlsDirectory } }),
    };
    const client = this.#world.connect(endpoints, options);
    this.#clients.set(name, client);
    this.#noteWaiting(name, client);
    // The next command tries anew.
    client.catch(() => this.#clients.delete(name));
    return client;
  }

  status({ endpoints, tlsDirectory }: Settings): StatusReader {
    const name = endpoints.join(',');
    const status = this.#statuses.get(name) ?? this.#world.openStatus(endpoints, tlsDirectory);
    this.#statuses.set(name, status);
    return status;
  }

  /** A person should know what the silence is about; a script waits for its time-out. */
  #noteWaiting(name: string, client: Promise<RelevoClient>): void {
    const { stderr } = this.#world;
    if (!stderr.isTerminal) return;
    const timer = setTimeout(() => {
      stderr.write(`waiting for ${name} (Ctrl+C ends this) ...\n`);
    }, WAIT_NOTE_MS);
    const stop = (): void => {
      clearTimeout(timer);
    };
    client.then(stop, stop);
  }

  /** Ends the sessions. Not after an unknown outcome: its request id is good while the session lives. */
  async close(): Promise<void> {
    for (const status of this.#statuses.values()) status.close();
    const clients = await Promise.allSettled(this.#clients.values());
    await Promise.allSettled(
      clients.map((client) =>
        client.status === 'fulfilled' ? client.value.close(CLOSE_MS_MAX) : Promise.resolve(),
      ),
    );
  }
}
