/** How the library reaches a proxy or node: over the network, or whatever a test or a proxy hands in. */
import type { TlsIdentity } from '#tls';
import { dialSession, PeerKind, type SessionEvents } from '#rpc/session';
import type { Reply, Request, Welcome } from '#rpc/session/frames';
import { PROGRAM, spoken } from '#rpc/versions';

/** What happens on a link; `connected` first, `lost` last. None is called before `dial` has returned. */
export interface LinkEvents {
  connected(welcome: Welcome): void;
  /** `rejected`: the other side turned us away, and would again. Not after `close()`. */
  lost(reason: string, rejected: boolean): void;
  replies(replies: readonly Reply[]): void;
}

export interface Link {
  send(requests: Request[]): void;
  /** At once; nothing more is heard. */
  close(): void;
}

export interface Transport {
  /** One attempt; fails by `lost`, never by throwing. */
  dial(endpoint: string, events: LinkEvents): Link;
  /** Nobody dials any more. */
  close?(): void;
}

/** Session streams over gRPC; `endpoint` is `host:port`. `identity` null: plain connections. */
export function networkTransport(
  name: string,
  clusterId: string,
  identity: TlsIdentity | null,
): Transport {
  const kind = PeerKind.PEER_KIND_CLIENT;
  const greeting = { ...spoken(PROGRAM), kind, clusterId, name };
  return {
    dial: (endpoint, events) => {
      const heard: SessionEvents = {
        connected: (welcome) => {
          events.connected(welcome);
        },
        lost: (end) => {
          events.lost(end.message, end.rejected);
        },
        replies: (replies) => {
          events.replies(replies);
        },
        // Nodes tell theirs to proxies alone.
        state: () => undefined,
      };
      return dialSession(endpoint, greeting, heard, { identity });
    },
    close: () => identity?.close(),
  };
}
