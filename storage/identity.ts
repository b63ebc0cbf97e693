/** identity.json and vote.json: one sealed line each. */
import { nodeId, term, type Vote } from '#raft';
import { FORMAT, isCount, members } from './note.js';
import { seal, unsealFile } from './sealed.js';
import type { Identity, Owner } from './types.js';

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

/** A vote, and who gave it: another directory's vote is no vote of this one. */
export interface OwnedVote {
  readonly owner: Owner;
  readonly vote: Vote;
}

export const voteFile = ({ owner, vote }: OwnedVote): Uint8Array =>
  seal('vote', {
    clusterId: owner.clusterId,
    storeId: owner.storeId,
    term: vote.term,
    votedFor: vote.votedFor,
    ...(vote.muted === true && { muted: true }),
  });

/** Null if the file is damaged. */
export function readVote(file: Uint8Array): OwnedVote | null {
  const value = members(unsealFile('vote', file));
  const { clusterId, storeId, term: voteTerm, votedFor, muted } = value;
  if (!isCount(voteTerm) || !(votedFor === null || isCount(votedFor))) return null;
  if (typeof clusterId !== 'string' || typeof storeId !== 'string') return null;
  if (muted !== undefined && muted !== true) return null;
  const vote = { term: term(voteTerm), votedFor: votedFor === null ? null : nodeId(votedFor) };
  return { owner: { clusterId, storeId }, vote: muted === true ? { ...vote, muted } : vote };
}
