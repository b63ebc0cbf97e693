import type { Command, SessionView } from '#kv';

/** As plain data. */
export type SessionExpiryState = readonly (readonly [number, Activity])[];

interface Activity {
  /** The index of the session's last logged write, as of `activeAt`. */
  lastActivity: number;
  /** When this leader last saw the session do anything, ms of the monotonic clock. */
  activeAt: number;
}

/**
 * Finds the sessions that were idle for longer than the timeout. Activity is either a logged write,
 * seen as a change of `lastActivity`, or a keep-alive. A session that this leader sees for the first
 * time is granted a full term, so that a change of leaders shortens nobody's.
 */
export class SessionExpiry {
  readonly #timeoutMs: number;
  #seen = new Map<number, Activity>();

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  keepAlive(session: number, lastActivity: number, now: number): void {
    this.#seen.set(session, { lastActivity, activeAt: now });
  }

  /** The expiries to propose now. Sessions that are gone are forgotten. */
  due(sessions: readonly SessionView[], now: number): Command[] {
    const expiries: Command[] = [];
    const seen = new Map<number, Activity>();
    for (const { session, lastActivity } of sessions) {
      const known = this.#seen.get(session);
      const activity =
        known?.lastActivity === lastActivity ? known : { lastActivity, activeAt: now };
      seen.set(session, activity);
      if (now - activity.activeAt > this.#timeoutMs) {
        expiries.push({ kind: 'expire-session', session, lastActivity });
      }
    }
    this.#seen = seen;
    return expiries;
  }

  dump(): SessionExpiryState {
    return [...this.#seen].map(([session, activity]) => [session, { ...activity }]);
  }

  load(seen: SessionExpiryState): void {
    this.#seen = new Map(seen.map(([session, activity]) => [session, { ...activity }]));
  }
}
