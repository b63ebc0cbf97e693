/** Makes a new data directory. identity.json comes last: without it the directory counts as blank. */
import type { Vote } from '#raft';
import { identityFile, voteFile } from './identity.js';
import { BEGINNING } from './note.js';
import { DATA, IDENTITY, LOG, QUARANTINE, README, segmentPath, VOTE } from './paths.js';
import { RULES } from './rules.js';
import { newSegment, replaceFile } from './segments.js';
import { performAll, type Steps } from './start.js';
import type { ChainPosition } from './log-state.js';
import type { DiskOperation, Identity } from './types.js';

const EXPLANATION = `This is the data directory of one Relevo node. Everything in it is text.

identity.json   whose directory this is: cluster, node, and a random id of this very directory
vote.json       the newest term this node knows, and whom it voted for in it
log/            what was asked for, one entry a line, in order; a file's name is its first entry's index
data/           the data as of an index, which is the file's name: the same file on every node
quarantine/     what recovery set aside, each with the reason

Look:     cat, grep, tail -f, jq and diff work on every file.
Explain:  relevo inspect DIRECTORY [DIRECTORY...]

Lines in log/ that begin with {"note": are this node's own: how far it had synced ("synced") and knew to
be committed ("committed") when it wrote on. All others are the same bytes on every node.

Change nothing here by hand: every line carries a checksum, and the node refuses to start on a file that
is not what it wrote. Do not copy this directory to make a second node.
`;

/** `contents`: what the log, and perhaps the data, begin with. Default: a log without any entry. */
export function* initialise(
  identity: Identity,
  vote: Vote,
  contents: readonly DiskOperation[] = emptyLog(identity, BEGINNING),
): Steps<void> {
  const readme = new TextEncoder().encode(EXPLANATION);
  yield* performAll([
    { op: 'make-directory', path: '.' },
    { op: 'make-directory', path: LOG },
    { op: 'make-directory', path: DATA },
    { op: 'make-directory', path: QUARANTINE },
    { op: 'write-file', path: README, data: readme },
    { op: 'sync', path: README },
    ...contents,
    { op: 'sync-directory', path: LOG },
    { op: 'sync-directory', path: DATA },
    ...replaceFile(VOTE, voteFile({ owner: identity, vote }), '.', RULES),
    ...replaceFile(IDENTITY, identityFile(identity), '.', RULES),
  ]);
}

/** A log whose first entry will be the one behind `after`. */
export function emptyLog(identity: Identity, after: ChainPosition): readonly DiskOperation[] {
  const { header, segment } = newSegment(identity, after);
  const path = segmentPath(segment.first);
  return [
    { op: 'write-file', path, data: header },
    { op: 'sync', path },
  ];
}
