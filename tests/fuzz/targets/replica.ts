/** A whole replica, alive on a disk in memory, among peers and clients that send what they like. */
import {
  protobufPayloads,
  Replica,
  type Ports,
  type ReplicaConfig,
  type ReplicaEvent,
} from '#node';
import { InvariantBroken, nodeId } from '#raft';
import { awaitsReply } from '#rpc/session/frames';
import { Storage, type DiskCompletion } from '#storage';
import { decodeRequests, encodeReplies, encodeRequests } from '../../../rpc/session/codec.js';
import { SimulatedDisk } from '../../../simulator/disk.js';
import { Random } from '../../../simulator/random.js';
import { mutateWire } from '../mutations/wire.js';
import { someRequest } from '../sources/frames.js';
import { somePeerMessage, wireOf } from '../sources/messages.js';
import { checkSame, checkText, checkWords, holds, type Target } from '../target.js';
import { MalformedMessage } from '../../../rpc/transport/wire.js';
import { peerMessageOf } from './peer-message.js';

const CONNECTION = 7;
const STEP_MS = 5;
/** A request that waits no longer is answered within the steps below. */
const PATIENCE_MS = 1_000;
/** Until everything that was asked for is on the disk, and told. */
const SETTLE_STEPS = 400;
const OWNER = { clusterId: 'c0ffee', nodeId: nodeId(1), name: 'ada' };

function configOf(voters: number): ReplicaConfig {
  return {
    ...{ nodeId: nodeId(1), name: 'ada', address: 'a:1', dataDirectory: 'ada', processId: 1 },
    ...{ incarnation: 'i', voters: Array.from({ length: voters }, (_, at) => nodeId(at + 1)) },
    ...{ electionTimeoutMsMin: 300, electionTimeoutMsMax: 600, heartbeatMs: 30, seed: 7 },
    ...{ clusterIsNew: true, bornLeader: true, readTimeoutMs: 200, trailingEntries: 10 },
    leader: {
      checkpoint: { entriesMax: 20, bytesMax: 1 << 20, quietMs: 100 },
      history: { revisions: 20, bytesMax: 1 << 20 },
      ...{ sessionTimeoutMs: 1_000, diskStallMs: 300 },
    },
    limits: {
      ...{ keyBytesMax: 4_096, valueBytesMax: 1 << 20, requestBytesMax: 1.5 * (1 << 20) },
      txnOperationsMax: 128,
    },
  };
}

class Living {
  readonly replica: Replica;
  /** Requests that are owed an answer: how often each id. */
  readonly owed = new Map<number, number>();
  /** Those that may wait for longer than this test does. */
  readonly patient = new Set<number>();
  readonly #disk: SimulatedDisk;
  #done: DiskCompletion[] = [];
  #now = 1_000;

  constructor(voters: number) {
    this.#disk = new SimulatedDisk(
      new Random(1),
      { now: () => this.#now, complete: (completion) => this.#done.push(completion) },
      { latencyMs: { min: 0, max: 0 } },
    );
    const identity = { ...OWNER, format: 1, storeId: 'ada-1', askedToLead: false };
    const vote = { term: 0, votedFor: null } as Parameters<typeof Storage.initialise>[1];
    this.#disk.runStart(Storage.initialise(identity, vote));
    const recovered = this.#disk.runStart(Storage.recover(OWNER));
    if ('code' in recovered) throw new Error(recovered.message);
    this.replica = new Replica(configOf(voters), recovered, this.#ports());
    this.pass(voters === 1 ? 100 : 0);
  }

  /** Handles it, and all that follows from it. */
  handle(event: ReplicaEvent): void {
    this.replica.handle(event, this.#now);
    while (this.#done.length > 0) {
      const completions = this.#done;
      this.#done = [];
      this.replica.handle({ type: 'disk', completions }, this.#now);
    }
  }

  /** Lets so many ms pass. */
  pass(ms: number): void {
    for (let left = ms; left > 0; left -= STEP_MS) {
      this.#now += STEP_MS;
      if (this.replica.deadline() <= this.#now) this.handle({ type: 'tick' });
    }
  }

  /** The ids of requests that were to be answered by now, and are not. */
  unanswered(): number[] {
    const left = (): number[] => [...this.owed.keys()].filter((id) => !this.patient.has(id));
    for (let step = 0; step < SETTLE_STEPS && left().length > 0; step += 1) this.pass(STEP_MS);
    return left();
  }

  #ports(): Ports {
    return {
      disk: this.#disk,
      codec: protobufPayloads,
      network: {
        send: () => true,
        reply: (connection, replies) => {
          holds(connection === CONNECTION || connection < 0, () => `answers ${connection}`);
          encodeReplies(replies, () => undefined);
          if (connection !== CONNECTION) return;
          for (const { id, more, message } of replies) {
            checkWords(message);
            if (!more) this.#answered(id);
          }
        },
        unread: () => 0,
        publish: () => undefined,
      },
      report: (report) => {
        if ('message' in report) checkText(report.message, 4_000);
        if (report.type === 'failed') throw new Error(report.message);
      },
    };
  }

  #answered(id: number): void {
    const owed = this.owed.get(id) ?? 0;
    holds(owed > 0, () => `request ${id} is answered once too often`);
    if (owed === 1) this.owed.delete(id);
    else this.owed.set(id, owed - 1);
  }
}

const ALONE = 1;

export const replica: Target = {
  name: 'replica',
  about:
    'a live replica: whatever peers and clients send, it goes on, and answers each request once',
  weight: 0.3,
  shows: 'hex',
  /** How many voters there are; then messages: of clients after 0, of peers after their id. */
  make(random) {
    const voters = random.pick([ALONE, 3]);
    const pieces = Array.from({ length: random.integer(1, 8) }, () => {
      if (voters === ALONE || random.chance(0.5)) {
        const requests = Array.from({ length: random.integer(1, 5) }, () => someRequest(random));
        const [message = new Uint8Array(0)] = messagesOf(requests);
        return tagged(0, random.chance(0.5) ? message : mutateWire(random, message));
      }
      const message = wireOf(somePeerMessage(random));
      return tagged(
        random.pick([2, 3]),
        random.chance(0.5) ? message : mutateWire(random, message),
      );
    });
    return [new Uint8Array([voters]), ...pieces];
  },
  take([voters, ...pieces]) {
    const living = new Living(voters?.[0] === ALONE ? ALONE : 3);
    let refused = 0;
    try {
      for (const piece of pieces) if (!hear(living, piece)) refused += 1;
      const late = living.unanswered();
      holds(late.length === 0, () => `requests ${late.join(', ')} are never answered`);
    } catch (error) {
      // Two leaders of a term, or what is committed contradicted: a node that is told so has to stop.
      if (!(error instanceof InvariantBroken)) throw error;
      checkWords(error.message);
      return 'refused';
    }
    const dumped = living.replica.dump();
    checkSame(living.replica.dump(), dumped, 'dumped twice it differs');
    return refused > 0 ? 'refused' : 'accepted';
  },
};

/** False: nothing of it reached the replica. */
function hear(living: Living, piece: Uint8Array): boolean {
  const [from = 0] = piece;
  const bytes = piece.slice(1);
  if (from !== 0) {
    const message = peerMessageOf(bytes);
    if (message === null) return false;
    living.handle({ type: 'peer', from: nodeId(from === 3 ? 3 : 2), messages: [message] });
  } else {
    const requests = requestsIn(bytes);
    if (requests === null) return false;
    for (const { id, kind, timeoutMs } of requests) {
      if (!awaitsReply(kind)) continue;
      living.owed.set(id, (living.owed.get(id) ?? 0) + 1);
      if (timeoutMs > PATIENCE_MS) living.patient.add(id);
    }
    living.handle({ type: 'requests', connection: CONNECTION, requests });
  }
  living.pass(STEP_MS);
  return true;
}

function requestsIn(bytes: Uint8Array): ReturnType<typeof decodeRequests>['requests'] | null {
  try {
    return decodeRequests(Buffer.from(bytes)).requests;
  } catch (error) {
    if (!(error instanceof MalformedMessage)) throw error;
    return null;
  }
}

function messagesOf(requests: Parameters<typeof encodeRequests>[0]): Uint8Array[] {
  const messages: Uint8Array[] = [];
  encodeRequests(requests, (message) => messages.push(new Uint8Array(message)));
  return messages;
}

const tagged = (from: number, bytes: Uint8Array): Uint8Array => new Uint8Array([from, ...bytes]);
