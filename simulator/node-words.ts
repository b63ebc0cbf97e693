/** What a node hears and says, in words for the trace. */
import type { Reply, Request } from '#rpc/session/frames';
import type { PeerMessage } from './machines.js';

/** Messages in short, for people. */
export function show(message: PeerMessage): string {
  if (message.type !== 'raft') return message.type;
  return JSON.stringify(message.message, (key, value: unknown) => {
    if (key === 'data') return '...';
    if (key === 'entries' && Array.isArray(value)) return `${String(value.length)} entries`;
    return value;
  });
}

export function showRequest({ id, kind, session, sequence }: Request): string {
  return `#${String(id)} kind ${String(kind)} ${String(session)}:${String(sequence)}`;
}

export function showReply({ id, outcome, code }: Reply): string {
  return `#${String(id)} ${String(outcome)} ${code}`;
}
