/**
 * Tells systemd how this process is (sd_notify(3)): that it serves, that it lives, that it stops. Node has no datagram
 * sockets of that kind, so `systemd-notify` says it; the unit has to have `NotifyAccess=all`. Where nobody asked for
 * it, nothing happens.
 */
import { execFile } from 'node:child_process';

type Environment = Readonly<Record<string, string | undefined>>;

const MICROSECONDS = 1_000;
/** A helper that hangs is given up. */
const NOTIFY_MS_MAX = 5_000;

export class ServiceManager {
  readonly #isAsked: boolean;
  /** Of the watchdog; 0: there is none. */
  readonly #intervalMs: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(environment: Environment) {
    this.#isAsked = (environment['NOTIFY_SOCKET'] ?? '') !== '';
    const timeoutMs = Number(environment['WATCHDOG_USEC'] ?? 0) / MICROSECONDS;
    const isOurs = ['', String(process.pid)].includes(environment['WATCHDOG_PID'] ?? '');
    // Half of the time that it waits, as sd_watchdog_enabled(3) advises.
    this.#intervalMs = isOurs && timeoutMs > 0 ? timeoutMs / 2 : 0;
  }

  /** It serves. From here on the watchdog hears of each turn of the event loop that is in time. */
  ready(status: string): void {
    this.#tell('READY=1', `STATUS=${status}`);
    if (!this.#isAsked || this.#intervalMs === 0) return;
    this.#timer = setInterval(() => {
      this.#tell('WATCHDOG=1');
    }, this.#intervalMs);
    this.#timer.unref();
  }

  /** It finishes what it has, and ends. The watchdog goes on: a stop that hangs is one too. */
  stopping(): void {
    this.#tell('STOPPING=1', 'STATUS=stopping');
  }

  /** Says nothing more. */
  close(): void {
    clearInterval(this.#timer);
  }

  #tell(...words: readonly string[]): void {
    if (!this.#isAsked) return;
    // What can't be told shows as a start or a stop that systemd finds late; the service itself is well.
    const told = [`--pid=${process.pid}`, ...words];
    const options = { timeout: NOTIFY_MS_MAX, env: process.env };
    execFile('systemd-notify', told, options, () => undefined);
  }
}
