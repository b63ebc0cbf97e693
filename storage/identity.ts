/** identity.json and vote.json: one sealed line each. */
import { nodeId, term, type Vote } from '#raft';
import { FORMAT, isCount, members } from './note.js';
import { seal, unsealFile } from './sealed.js';
import type { Identity } from './types.js';

export const identityFile = (identity: Identity): Uint8Array =>
  seal('identity', {
    format: identity.format,
    clusterId: identity.clusterId,
    nodeId: identity.nodeId,
    name: identity.name,
    storeId: identity.storeId,
    askedToLead: identity.askedToLead,
  });

/** Null if the file is damaged; the number alone if its checksum holds and its format is not ours. */
export function readIdentity(file: Uint8Array): Identity | number | null {
  const value = members(unsealFile('identity', file));
  const { format, clusterId, nodeId: node, name, storeId, askedToLead } = value;
  if (!isCount(format)) return null;
  if (format !== FORMAT) return format;
  if (!isCount(node) || typeof clusterId !== 'string' || typeof name !== 'string') return null;
  if (typeof storeId !== 'string' || typeof askedToLead !== 'boolean') return null;
  return { format, clusterId, nodeId: nodeId(node), name, storeId, askedToLead };
}

export const voteFile = (vote: Vote): Uint8Array =>
  seal('vote', {
    term: vote.term,
    votedFor: vote.votedFor,
    ...(vote.muted === true && { muted: true }),
  });

/** Null if the file is damaged. */
export function readVote(file: Uint8Array): Vote | null {
  const value = members(unsealFile('vote', file));
  const { term: voteTerm, votedFor, muted } = value;
  if (!isCount(voteTerm) || !(votedFor === null || isCount(votedFor))) return null;
  if (muted !== undefined && muted !== true) return null;
  const vote = { term: term(voteTerm), votedFor: votedFor === null ? null : nodeId(votedFor) };
  return muted === true ? { ...vote, muted } : vote;
}
