/** An identity of this process whose files are looked at again, so that certificates change without a restart. */
import { statSync } from 'node:fs';
import { createServer, type Server, type ServerOptions } from 'node:https';
import type { RequestListener } from 'node:http';
import type { TlsOptions } from 'node:tls';
import { readMaterial, type IdentityFiles, type Material } from './files.js';

export interface IdentityEvents {
  /** New files count from here on, for new connections. */
  renewed(material: Material): void;
  /** What lies there now is wrong, and what was read before stays; told once for each message. */
  failed(message: string): void;
}

/** Both renewed files are there within this; a mismatch in between is no news. */
const LOOK_EVERY_MS = 5_000;

export class TlsIdentity {
  readonly #files: IdentityFiles;
  readonly #events: IdentityEvents;
  readonly #timer: NodeJS.Timeout;
  readonly #followers = new Set<() => void>();
  #material: Material;
  #stamp: string;
  /** A failure is told when the next look finds it as well. */
  #failing = '';
  #told = '';

  /** Throws TlsProblem if the files are not right to begin with. */
  constructor(files: IdentityFiles, events: IdentityEvents, lookEveryMs = LOOK_EVERY_MS) {
    this.#files = files;
    this.#events = events;
    this.#stamp = stampOf(files);
    this.#material = readMaterial(files);
    this.#timer = setInterval(() => {
      this.#look();
    }, lookEveryMs);
    this.#timer.unref();
  }

  get material(): Material {
    return this.#material;
  }

  /** For a side that listens: it asks for a certificate, and judges it itself. */
  get serverOptions(): TlsOptions {
    const { authority: ca, certificate: cert, key } = this.#material;
    return { ca, cert, key, minVersion: 'TLSv1.3', requestCert: true };
  }

  /** Called whenever `material` is another; the answer ends it. */
  follow(renewed: () => void): () => void {
    this.#followers.add(renewed);
    return () => this.#followers.delete(renewed);
  }

  /** An HTTPS server that lets in who shows a certificate of the authority, and follows this identity. */
  httpsServer(options: ServerOptions, listener: RequestListener): Server {
    const server = createServer(
      { ...options, ...this.serverOptions, rejectUnauthorized: true },
      listener,
    );
    const unfollow = this.follow(() => {
      server.setSecureContext(this.serverOptions);
    });
    server.once('close', unfollow);
    return server;
  }

  close(): void {
    clearInterval(this.#timer);
    this.#followers.clear();
  }

  #look(): void {
    const stamp = stampOf(this.#files);
    if (stamp === this.#stamp) return;
    try {
      this.#material = readMaterial(this.#files);
    } catch (error) {
      this.#failed(error instanceof Error ? error.message : String(error));
      return;
    }
    this.#stamp = stamp;
    this.#failing = '';
    this.#told = '';
    for (const renewed of this.#followers) renewed();
    this.#events.renewed(this.#material);
  }

  #failed(message: string): void {
    const again = message === this.#failing;
    this.#failing = message;
    if (!again || message === this.#told) return;
    this.#told = message;
    this.#events.failed(message);
  }
}

/** Changes when any of the files does. */
function stampOf(files: IdentityFiles): string {
  return Object.values(files)
    .map((path: string) => {
      try {
        const { ino, size, mtimeMs } = statSync(path);
        return `${ino}:${size}:${mtimeMs}`;
      } catch {
        return 'none';
      }
    })
    .join(' ');
}
