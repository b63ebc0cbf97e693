/**
 * The other end of the library's session, in memory: one node that always leads, keeps every revision,
 * and can be told to leave writes unanswered. It speaks the wire's own messages.
 */
import {
  CompareTarget,
  Operation,
  OperationResult,
  type Compare,
  type DeleteRequest,
  type KeyValue,
  type PutRequest,
  type RangeRequest,
  type TxnRequest,
} from '#rpc/generated/relevo/v1/kv';
import { emptyReply, Outcome, RequestKind, type Reply, type Request } from '#rpc/session/frames';
import type { LinkEvents, Transport } from '#client';

type State = ReadonlyMap<string, KeyValue>;

const FIRST_SESSION = 7;

export class MemoryNode implements Transport {
  /** Writes are carried out and not answered. */
  mute = false;
  /** Nobody can connect. */
  down = false;
  /** Every request as it came in. */
  readonly requests: Request[] = [];
  /** By revision; a store begins at revision 1. */
  readonly #states: State[] = [new Map(), new Map()];
  /** By `session:sequence`. */
  readonly #answers = new Map<string, Reply>();
  #sessions = 0;

  dial(_endpoint: string, events: LinkEvents): { send(requests: Request[]): void; close(): void } {
    const later = (work: () => void): void => {
      setImmediate(work);
    };
    if (this.down) {
      later(() => {
        events.lost('connection refused', false);
      });
      return { send: () => undefined, close: () => undefined };
    }
    later(() => {
      events.connected({
        protocol: 1,
        clusterId: 'memory',
        name: 'memory',
        nodeId: 1,
        requestsMax: 1_000,
        bytesMax: 1_000_000,
        sessionTimeoutMs: 60_000,
        release: '0.1.0',
      });
    });
    return {
      send: (requests) => {
        this.requests.push(...requests);
        later(() => {
          const replies = requests.map((request) => this.#answer(request));
          events.replies(replies.filter((reply) => reply !== null));
        });
      },
      close: () => undefined,
    };
  }

  get revision(): number {
    return this.#states.length - 1;
  }

  #answer(request: Request): Reply | null {
    const reply = { ...emptyReply(request.id, Outcome.ok), servedBy: 1 };
    switch (request.kind) {
      case RequestKind.openSession:
        this.#sessions += 1;
        return { ...reply, session: FIRST_SESSION + this.#sessions - 1 };
      case RequestKind.write: {
        const requestId = `${request.session}:${request.sequence}`;
        const known = this.#answers.get(requestId);
        if (known !== undefined) return { ...known, id: request.id };
        const answer = { ...reply, payload: this.#run(request.payload, true) };
        this.#answers.set(requestId, answer);
        return this.mute ? null : answer;
      }
      case RequestKind.read:
      case RequestKind.staleRead: {
        const linearizable = request.kind === RequestKind.read;
        return { ...reply, linearizable, payload: this.#run(request.payload, false) };
      }
      default:
        return reply;
    }
  }

  #run(payload: Uint8Array, writes: boolean): Uint8Array {
    const state = new Map(this.#state());
    const revision = this.revision + 1;
    const result = this.#apply(Operation.decode(payload), state, revision);
    const changed = [...state.values()].some((pair) => pair.modRevision === revision);
    if (writes && (changed || state.size !== this.#state().size)) this.#states.push(state);
    return OperationResult.encode(result).finish();
  }

  #apply(operation: Operation, state: Map<string, KeyValue>, revision: number): OperationResult {
    const { kind } = operation;
    switch (kind?.$case) {
      case 'put':
        return put(kind.value, state, revision);
      case 'delete':
        return remove(kind.value, state, revision);
      case 'range':
        return this.#range(kind.value, state);
      case 'txn':
        return this.#txn(kind.value, state, revision);
      case undefined:
        throw new Error('an operation without a kind');
    }
  }

  #range(request: RangeRequest, now: State): OperationResult {
    const state = request.revision === 0 ? now : (this.#states[request.revision] ?? now);
    const found = within(state, request.key, request.rangeEnd);
    const limited = request.limit === 0 ? found : found.slice(0, request.limit);
    const pairs = request.countOnly
      ? []
      : limited.map((pair) => (request.keysOnly ? { ...pair, value: new Uint8Array(0) } : pair));
    const more = limited.length < found.length;
    return {
      kind: {
        $case: 'range',
        value: { revision: this.revision, pairs, more, count: found.length },
      },
    };
  }

  #txn(request: TxnRequest, state: Map<string, KeyValue>, revision: number): OperationResult {
    const succeeded = request.compares.every((compare) => holds(compare, state));
    const branch = succeeded ? request.success : request.failure;
    const results = branch.map((operation) => this.#apply(operation, state, revision));
    return { kind: { $case: 'txn', value: { revision, succeeded, results } } };
  }

  #state(): State {
    return this.#states.at(-1) ?? new Map();
  }
}

function put(request: PutRequest, state: Map<string, KeyValue>, revision: number): OperationResult {
  const name = nameOf(request.key);
  const before = state.get(name);
  state.set(name, {
    key: request.key,
    value: request.value,
    createRevision: before?.createRevision ?? revision,
    modRevision: revision,
    version: (before?.version ?? 0) + 1,
    lease: 0,
  });
  return { kind: { $case: 'put', value: { revision } } };
}

function remove(
  request: DeleteRequest,
  state: Map<string, KeyValue>,
  revision: number,
): OperationResult {
  const found = within(state, request.key, request.rangeEnd);
  for (const pair of found) state.delete(nameOf(pair.key));
  return {
    kind: { $case: 'delete', value: { revision, deleted: found.length, previous: [] } },
  };
}

function within(state: State, key: Uint8Array, rangeEnd: Uint8Array): KeyValue[] {
  const from = nameOf(key);
  const end = nameOf(rangeEnd);
  return [...state.entries()]
    .filter(([name]) => {
      if (end === '') return name === from;
      return name >= from && (end === '\0' || name < end);
    })
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, pair]) => pair);
}

/** Equality is all that the command line asks for. */
function holds(compare: Compare, state: State): boolean {
  const pair = state.get(nameOf(compare.key));
  switch (compare.target) {
    case CompareTarget.COMPARE_TARGET_VALUE:
      return pair !== undefined && nameOf(pair.value) === nameOf(compare.value);
    case CompareTarget.COMPARE_TARGET_VERSION:
      return (pair?.version ?? 0) === compare.number;
    case CompareTarget.COMPARE_TARGET_MOD:
      return (pair?.modRevision ?? 0) === compare.number;
    default:
      throw new Error(`the comparison of ${compare.target} is not known here`);
  }
}

function nameOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}
