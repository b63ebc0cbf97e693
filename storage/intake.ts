/**
 * Another node's checkpoint as it comes in: stored in order, verified when it is whole. The bytes are the
 * same whoever sends them, so that a new leader goes on where the old one stopped.
 */
import { logIndex, type CheckpointMeta } from '#raft';
import { CheckpointReader, type CheckpointContents, type ReaderState } from './checkpoint-file.js';
import { checkpointPath, DATA, PARTIAL } from './paths.js';
import { membershipText } from './record.js';
import type { Requests } from './requests.js';
import type { StorageRules } from './rules.js';
import { syncBeforeRename, syncDirectory } from './segments.js';
import type { Owner, StorageEvent } from './types.js';

interface Incoming<Reader> {
  readonly meta: CheckpointMeta;
  readonly reader: Reader;
  /** stored <= submitted <= meta.size */
  stored: number;
  submitted: number;
  /** Set once it is whole and verified. */
  contents: CheckpointContents | null;
}

export type IntakeState = Incoming<ReaderState> | null;

export class Intake {
  readonly #requests: Requests;
  readonly #rules: StorageRules;
  readonly #owner: Owner;
  #incoming: Incoming<CheckpointReader> | null;

  constructor(requests: Requests, rules: StorageRules, owner: Owner, state: IntakeState) {
    this.#requests = requests;
    this.#rules = rules;
    this.#owner = owner;
    this.#incoming =
      state === null ? null : { ...state, reader: new CheckpointReader(state.reader) };
  }

  dump(): IntakeState {
    const incoming = this.#incoming;
    return incoming === null ? null : { ...incoming, reader: incoming.reader.dump() };
  }

  /** The next bytes. What does not fit is answered with the offset that does. */
  store(meta: CheckpointMeta, offset: number, data: Uint8Array): StorageEvent[] {
    const incoming = this.#incomingOf(meta);
    const end = offset + data.length;
    if (offset !== incoming.submitted || end > meta.size) {
      const waits = incoming.submitted !== incoming.stored || incoming.contents !== null;
      return waits ? [] : [storedEvent(meta, incoming.stored)];
    }
    if (data.length === 0 && end < meta.size) return [storedEvent(meta, incoming.stored)];
    const path = partial(meta);
    incoming.reader.feed(data);
    incoming.submitted = end;
    this.#requests.submit(
      'checkpoint',
      offset === 0 ? { op: 'write-file', path, data } : { op: 'append', path, size: offset, data },
      { for: 'intake-write', index: meta.index, offset: end },
    );
    return [];
  }

  #incomingOf(meta: CheckpointMeta): Incoming<CheckpointReader> {
    const known = this.#incoming;
    if (known !== null && isSame(known.meta, meta)) return known;
    this.#drop();
    const counts = { stored: 0, submitted: 0, contents: null };
    this.#incoming = { meta, reader: new CheckpointReader(), ...counts };
    return this.#incoming;
  }

  /** Bytes up to `offset` are in the file; the last ones make it whole. */
  written(index: number, offset: number): StorageEvent[] {
    const incoming = this.#incoming;
    if (incoming?.meta.index !== index || offset > incoming.submitted) return [];
    const { meta } = incoming;
    incoming.stored = offset;
    if (offset < meta.size) return [storedEvent(meta, offset)];
    const contents = incoming.reader.finish();
    const fault = typeof contents === 'string' ? contents : faultOf(contents, meta, this.#owner);
    if (typeof contents === 'string' || fault !== null) return this.reject(meta, fault ?? '');
    incoming.contents = contents;
    const path = checkpointPath(meta.index);
    this.#requests.submitAll(
      'checkpoint',
      [
        ...syncBeforeRename(partial(meta), this.#rules),
        { op: 'rename', from: partial(meta), to: path },
        ...syncDirectory(DATA, this.#rules),
      ],
      { for: 'intake-rename', index },
    );
    return [];
  }

  /** The file stands under its name: what it holds. */
  renamed(index: number): CheckpointContents | null {
    const incoming = this.#incoming;
    if (incoming?.meta.index !== index) return null;
    this.#incoming = null;
    return incoming.contents;
  }

  /** Starts over. */
  reject(meta: CheckpointMeta, reason: string): StorageEvent[] {
    this.#drop();
    const index = logIndex(meta.index);
    return [{ type: 'checkpoint-rejected', index, reason }, storedEvent(meta, 0)];
  }

  #drop(): void {
    const incoming = this.#incoming;
    this.#incoming = null;
    if (incoming === null || incoming.submitted === 0) return;
    this.#requests.submit('checkpoint', { op: 'remove', path: partial(incoming.meta) });
  }
}

const partial = ({ index }: CheckpointMeta): string => checkpointPath(index) + PARTIAL;

const storedEvent = ({ index }: CheckpointMeta, offset: number): StorageEvent => ({
  type: 'checkpoint-stored',
  index,
  offset,
});

const isSame = (one: CheckpointMeta, other: CheckpointMeta): boolean =>
  one.index === other.index && one.term === other.term && one.size === other.size;

function faultOf(
  { header, meta }: CheckpointContents,
  announced: CheckpointMeta,
  owner: Owner,
): string | null {
  if (header.clusterId !== owner.clusterId) {
    return `it is of cluster ${header.clusterId}, and this node belongs to cluster ${owner.clusterId}`;
  }
  if (!isSame(meta, announced)) {
    return `it is of index ${meta.index}, term ${meta.term}, and ${announced.index}, term ${announced.term} was announced`;
  }
  const members = membershipText(meta.membership);
  return members === membershipText(announced.membership)
    ? null
    : `its members are ${members}, and others were announced`;
}
