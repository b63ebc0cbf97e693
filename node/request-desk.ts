/**
 * Where requests come in and their answers go out: writes wait for their entry, forwarded requests for the
 * leader's reply, reads at a desk of their own. Everybody who asked is answered exactly once, unless the
 * connection is gone.
 */
import { encodeCommand, type Command, type Store } from '#kv';
import { Forwarding, type ForwardingState } from '#follower';
import type { Entry, EntryBody, NodeId } from '#raft';
import { RequestKind, type Reply, type Request } from '#rpc/session/frames';
import { admit } from './admission.js';
import type { Applier } from './applier.js';
import type { ConnectionId, Ports } from './ports.js';
import { Proposals, type Origin, type Proposed, type ProposalsState } from './proposals.js';
import { ReadDesk, type ReadDeskState } from './read-desk.js';
import type { ReplicaConfig, ReplicaFigures } from './replica-config.js';
import { NODE_RULES, type NodeRules } from './rules.js';
import { Replies } from './replies.js';
import { RequestRemarks, type RequestRemarksDump } from './request-remarks.js';
import type { Standing } from './standing.js';

/** As plain data; between two events no reply waits to be sent. */
export interface RequestDeskState {
  readonly proposals: ProposalsState;
  readonly reads: ReadDeskState;
  readonly remarks: RequestRemarksDump;
  readonly forwarding: ForwardingState<Origin>;
  /** Null: never. */
  readonly expireAt: number | null;
}

/** Of forwarded requests; a random seed times this stays below 2^53. */
const IDS_PER_INCARNATION = 2 ** 20;
/** What waits is looked through for that whose time is up so often. */
const EXPIRE_EVERY_MS = 100;

export class RequestDesk {
  readonly #config: ReplicaConfig;
  readonly #rules: NodeRules;
  readonly #ports: Ports;
  readonly #figures: ReplicaFigures;
  readonly #proposals: Proposals;
  readonly #reads: ReadDesk;
  readonly #remarks = new RequestRemarks();
  readonly #replies: Replies;
  readonly #forwarding: Forwarding<Origin>;
  #expireAt: number;

  constructor(
    config: ReplicaConfig,
    ports: Ports,
    figures: ReplicaFigures,
    loaded: { readonly state: RequestDeskState; readonly store: Store } | null = null,
  ) {
    const state = loaded?.state ?? null;
    this.#config = config;
    this.#rules = config.rules?.node ?? NODE_RULES;
    this.#ports = ports;
    this.#figures = figures;
    this.#replies = new Replies(config.nodeId, ports.codec);
    const reads = loaded === null ? null : { state: loaded.state.reads, store: loaded.store };
    this.#reads = new ReadDesk(config, ports, figures, this.#replies, this.#rules, reads);
    if (state !== null) this.#remarks.load(state.remarks);
    this.#proposals = state === null ? new Proposals() : Proposals.load(state.proposals);
    const nextId = (config.seed >>> 0) * IDS_PER_INCARNATION + 1;
    this.#forwarding = new Forwarding(state?.forwarding ?? { forwarded: [], nextId });
    this.#expireAt = state?.expireAt ?? Infinity;
  }

  dump(): RequestDeskState {
    return {
      proposals: this.#proposals.dump(),
      reads: this.#reads.dump(),
      remarks: this.#remarks.dump(),
      forwarding: this.#forwarding.dump(),
      expireAt: this.#expireAt === Infinity ? null : this.#expireAt,
    };
  }

  /** How many wait for an answer. */
  get waiting(): number {
    return this.#proposals.size + this.#reads.waiting + this.#forwarding.size;
  }

  /** What the leader is to append. */
  get pendingBodies(): readonly EntryBody[] {
    return this.#proposals.pending;
  }

  get deadline(): number {
    return Math.min(this.#expireAt, this.#reads.deadline);
  }

  /** What a peer forwards; its connection here is minus its id. */
  peerRequest(from: NodeId, request: Request, standing: Standing, now: number): void {
    this.request(0 - from, request, standing, now);
  }

  request(connection: ConnectionId, request: Request, standing: Standing, now: number): void {
    const { id, session, sequence } = request;
    if (request.kind === RequestKind.grantParts) {
      this.#reads.grantParts(connection, id, request.partsMax);
    } else if (request.kind === RequestKind.cancelParts) {
      this.#reads.cancelParts(connection, id);
    } else if (request.kind === RequestKind.staleRead && standing.store.appliedIndex === 0) {
      const message = `${this.#config.name} is blank: it has not heard from a leader yet.`;
      this.#replies.notDone(connection, id, 'no-leader', message);
    } else if (request.kind === RequestKind.staleRead) {
      this.#reads.read(connection, request, false, standing, now);
    } else if (standing.failure !== null) {
      const { code, message } = standing.failure;
      this.#replies.notDone(connection, id, code === 'disk-full' ? code : 'stopping', message);
    } else if (standing.stopping) {
      const message = `${this.#config.name} is stopping; ask another node.`;
      this.#replies.notDone(connection, id, 'stopping', message);
    } else if (request.kind === RequestKind.read) {
      this.#reads.read(connection, request, true, standing, now);
    } else if (standing.role === 'leader') {
      this.#write({ connection, id, session, sequence }, request, standing, now);
    } else {
      this.#forward(connection, request, standing.leader, now);
    }
  }

  /** A peer's answer to what was forwarded to it. */
  forwardReply(from: NodeId, id: number, reply: Reply): void {
    const origin = this.#forwarding.answered(id, from);
    if (origin) this.#replies.forwarded(origin.connection, origin.id, reply);
  }

  connectionClosed(connection: ConnectionId): void {
    this.#reads.forget(connection);
  }

  /** The leader's own proposals. */
  propose(command: Command): void {
    this.#propose(command, null);
  }

  proposeMarker(): void {
    this.#proposals.add({ kind: 'checkpoint' }, null);
  }

  /** The pending bodies stand in the log from `first` on. */
  accepted(first: number): void {
    this.#proposals.accepted(first);
  }

  proposalRefused(reason: string, leader: NodeId | null): void {
    for (const { connection, id } of this.#proposals.refused()) {
      if (reason === 'too-many-uncommitted') {
        const message = 'too much waits for a quorum already; send it again in a moment.';
        this.#replies.notDone(connection, id, 'overloaded', message);
      } else {
        const message = `${this.#config.name} gives the leadership away; send it again.`;
        this.#replies.notDone(connection, id, 'not-leader', message, leader ?? 0);
      }
    }
  }

  /** Applies the entry, and answers whoever proposed it. */
  apply(entry: Entry, applier: Applier): void {
    const proposed = this.#proposals.take(entry.index);
    const result = applier.apply(entry, proposed?.command ?? null);
    if (proposed === undefined || result === null) return;
    if (result.kind === 'refused') this.#remark(proposed, 'refused', result.code);
    this.#replies.applied(proposed.connection, proposed.id, result);
  }

  /** The id of a question to the leader for all reads that came in, or null. */
  question(): number | null {
    return this.#reads.question();
  }

  readReady(question: number, index: number): void {
    this.#reads.confirmed(question, index);
  }

  /** Asks again if there is somebody to ask. */
  readFailed(
    question: number,
    reason: 'no-leader' | 'leader-changed',
    leader: NodeId | null,
  ): void {
    this.#reads.failed(question, reason, leader);
  }

  /** Answers the reads that the state can answer by now. */
  answerReads(store: Store, now: number): void {
    this.#reads.answer(store, now);
    const timed = this.#reads.timed + this.#forwarding.size;
    if (timed === 0) this.#expireAt = Infinity;
    else if (this.#expireAt === Infinity) this.#expireAt = now + EXPIRE_EVERY_MS;
  }

  tick(now: number): void {
    this.#remarks.tell(now, (report) => {
      this.#ports.report(report);
    });
    this.#reads.tick(now);
    if (now < this.#expireAt) return;
    this.#expireAt = Infinity;
    this.#reads.expire(now);
    this.#unknown(this.#forwarding.expire(now), 'the leader did not answer in time.');
  }

  /** A stream between this node and the peer broke: what it was asked, or its answers, may be lost. */
  peerBroken(peer: NodeId): void {
    const why = `the connection to node ${peer} broke while the request was with it.`;
    this.#unknown(this.#forwarding.abandonAt(peer), why);
  }

  leaderChanged(): void {
    this.#unknown(this.#forwarding.abandon(), 'the leader changed while the request was with it.');
  }

  leadershipLost(): void {
    if (!this.#rules.forgetsProposals()) return;
    this.#unknown(this.#proposals.abandon(), 'this node lost the leadership meanwhile.');
  }

  /** The node can write no more: nobody is left waiting. */
  failed(message: string): void {
    for (const { connection, id } of this.#proposals.refused()) {
      this.#replies.notDone(connection, id, 'stopping', message);
    }
    this.#unknown(this.#proposals.abandon(), message);
    this.#unknown(this.#forwarding.abandon(), message);
    this.#reads.abandon(message);
  }

  /** Sends the replies that have gathered. */
  flush(): void {
    for (const [connection, replies] of this.#replies.take()) {
      if (connection > 0) this.#ports.network.reply(connection, replies);
      else this.#replyToPeer(-connection as NodeId, replies);
    }
  }

  #replyToPeer(peer: NodeId, replies: readonly Reply[]): void {
    for (const reply of replies) {
      this.#ports.network.send(peer, { type: 'forward-reply', id: reply.id, reply });
    }
  }

  /** To the leader, once; what another node forwarded to us is answered at once. */
  #forward(connection: ConnectionId, request: Request, leader: NodeId | null, now: number): void {
    if (leader === null) {
      const message = 'an election is under way; send it again in a moment.';
      this.#replies.notDone(connection, request.id, 'no-leader', message);
    } else if (connection < 0) {
      const message = `${this.#config.name} does not lead any more; node ${leader} does.`;
      this.#replies.notDone(connection, request.id, 'not-leader', message, leader);
    } else {
      const { id, session, sequence } = request;
      this.#sendOn({ connection, id, session, sequence }, request, leader, now);
    }
  }

  #sendOn(origin: Origin, request: Request, leader: NodeId, now: number): void {
    const id = this.#forwarding.nextId;
    if (!this.#ports.network.send(leader, { type: 'forward-request', id, request })) {
      const message =
        `${this.#config.name} can't reach node ${leader}, which leads, at the moment; send it again, ` +
        'or to that node.';
      this.#replies.notDone(origin.connection, origin.id, 'no-leader', message);
      return;
    }
    this.#figures.forwarded++;
    const dueAt = now + (request.timeoutMs || this.#config.readTimeoutMs);
    this.#forwarding.sent(origin, leader, dueAt);
  }

  /** On the leader: what changes the state goes to the log. */
  #write(origin: Origin, request: Request, standing: Standing, now: number): void {
    switch (request.kind) {
      case RequestKind.write:
        this.#operation(origin, request);
        return;
      case RequestKind.openSession:
        this.#propose({ kind: 'open-session' }, origin);
        return;
      case RequestKind.closeSession:
        this.#propose({ kind: 'close-session', session: request.session }, origin);
        return;
      case RequestKind.keepAlive:
        this.#keepAlive(origin, request.session, standing, now);
        return;
      default:
        this.#replies.refused(origin.connection, origin.id, {
          code: 'unknown-kind',
          message:
            `request kind ${request.kind} is not known here (1 to 6 are); ` +
            'is the client newer than this node?',
        });
    }
  }

  #operation(origin: Origin, request: Request): void {
    const operation = admit(request.payload, this.#ports.codec, this.#config.limits);
    if (operation.kind === 'inadmissible') {
      this.#remark(origin, 'refused', operation.code);
      this.#replies.refused(origin.connection, origin.id, operation);
      return;
    }
    const { session, sequence, lowestAwaited } = request;
    this.#propose({ kind: 'write', session, sequence, lowestAwaited, operation }, origin);
  }

  #keepAlive(origin: Origin, session: number, standing: Standing, now: number): void {
    const known = standing.store.sessionOf(session);
    if (known === undefined && !standing.caughtUp) {
      const message =
        'the new leader is still applying what was committed before it; send it again.';
      // A word that speaks of this request alone: the node leads, and takes writes.
      this.#replies.notDone(origin.connection, origin.id, 'overloaded', message);
      return;
    }
    if (known === undefined) {
      this.#replies.refused(origin.connection, origin.id, {
        code: 'session-expired',
        message: `session ${session} has ended; open a new one.`,
      });
      return;
    }
    standing.duties?.sessions.keepAlive(session, known.lastActivity, now);
    this.#replies.done(origin.connection, origin.id);
  }

  #propose(command: Command, origin: Origin | null): void {
    const proposed = origin === null ? null : proposedOf(origin, command);
    this.#proposals.add({ kind: 'command', text: encodeCommand(command) }, proposed);
  }

  #unknown(origins: readonly Origin[], why: string): void {
    const message =
      `${why} It may or may not have happened; sent again with the same session and sequence ` +
      'it happens once at most.';
    for (const origin of origins) {
      this.#remark(origin, 'unknown', 'leader-changed');
      this.#replies.unknown(origin.connection, origin.id, 'leader-changed', message);
    }
  }

  #remark({ session, sequence }: Origin, outcome: 'refused' | 'unknown', code: string): void {
    this.#remarks.note(outcome, session, sequence, code);
  }
}

/** Member by member: a copy by `...` gives each object a shape of its own, which every later look pays for. */
function proposedOf({ connection, id, session, sequence }: Origin, command: Command): Proposed {
  return { connection, id, session, sequence, command };
}
