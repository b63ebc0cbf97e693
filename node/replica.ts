/**
 * A node: the consensus core, the replicated state and the storage, composed into one event-driven,
 * deterministic machine behind ports. Every event is followed to its end within `handle`: what the core
 * asks for is done in its order, what is committed is applied (in slices), and everybody who waited for
 * it is answered, in batches.
 */
import type { Store } from '#kv';
import { LeaderDuties } from '#leader';
import {
  logIndex,
  type CheckpointMeta,
  type Effect,
  type NodeId,
  type Raft,
  type Term,
} from '#raft';
import type { NodeState } from '#rpc/session/frames';
import type { Identity, Recovered, Storage, StorageEvent } from '#storage';
import { Applier } from './applier.js';
import { CheckpointCourier } from './checkpoint-courier.js';
import { FirstLeadership } from './first-leadership.js';
import { leaderView } from './leader-view.js';
import { MemberRecords } from './member-records.js';
import { nodeStateOf } from './node-state.js';
import type { PeerMessage, Ports, ReplicaEvent } from './ports.js';
import { membershipOf, raftOf, storageOf, storeOf } from './recovered-core.js';
import { noFigures, type ReplicaConfig, type ReplicaFigures } from './replica-config.js';
import { RequestDesk, type Standing } from './request-desk.js';

/** Entries applied in one slice: a few milliseconds of work. */
const APPLY_SLICE = 250;
const COMPACTION_SLICE_STEPS = 1000;
const PUBLISH_EVERY_MS = 100;

export type { ReplicaConfig, ReplicaRules } from './replica-config.js';
export type { PayloadCodec, PeerMessage, Ports, ReplicaEvent, Report } from './ports.js';

/** A node that can't write answers stale reads, and says why it does nothing else. */
const HEARD_AFTER_FAILURE: ReadonlySet<ReplicaEvent['type']> = new Set([
  'requests',
  'connection-closed',
]);

export class Replica {
  readonly figures: ReplicaFigures = noFigures();
  readonly storage: Storage;
  readonly #config: ReplicaConfig;
  readonly #ports: Ports;
  readonly #raft: Raft;
  readonly #applier: Applier;
  readonly #desk: RequestDesk;
  readonly #courier: CheckpointCourier;
  readonly #members: MemberRecords;
  readonly #firstLeadership: FirstLeadership;
  #checkpoint: CheckpointMeta | null;
  /** Exists only while this node leads. */
  #leading: LeaderDuties | null = null;
  #leader: NodeId | null = null;
  #term: number;
  #now = 0;
  #moreWork = false;
  #publishAt = 0;
  /** Why this node writes nothing more; null while it is well. */
  #failure: Standing['failure'] = null;
  #stopping = false;
  #handedOver = false;

  constructor(config: ReplicaConfig, recovered: Recovered, ports: Ports) {
    this.#config = config;
    this.#ports = ports;
    const { storeId } = recovered.identity;
    this.#members = new MemberRecords(config.nodeId, { storeId, name: config.name });
    this.#firstLeadership = new FirstLeadership(recovered.identity, config.bornLeader);
    this.#checkpoint = recovered.checkpoint;
    this.#raft = raftOf(config, recovered);
    this.#term = this.#raft.term;
    this.storage = storageOf(config, recovered, ports.disk);
    const index = recovered.checkpoint?.index ?? logIndex(0);
    const store = storeOf(config, recovered);
    const membership = membershipOf(config, recovered);
    this.#applier = new Applier(store, membership, this.storage, index, config.rules?.state);
    this.#desk = new RequestDesk(config, ports, this.figures);
    this.#courier = new CheckpointCourier(this.storage, ports.network, config.chunkBytes);
    const { remarks } = recovered;
    ports.report({ type: 'recovered', last: this.#raft.lastIndex, applied: index, remarks });
  }

  /** `now`: ms of a monotonic clock. Follows the event to its end; ports are called meanwhile. */
  handle(event: ReplicaEvent, now: number): void {
    this.#now = now;
    const news = this.storage.tick(now);
    // What the event and all that follows from it append leaves in one write.
    this.storage.cork();
    for (const done of news) this.#stored(done);
    if (this.#failure === null || HEARD_AFTER_FAILURE.has(event.type)) this.#dispatch(event);
    this.#settle();
    this.storage.uncork();
  }

  /** When the next `tick` is due, ms; at or before now when work is waiting. */
  deadline(): number {
    if (this.#failure !== null) return this.#publishAt;
    if (this.#moreWork) return this.#now;
    return Math.min(
      this.#raft.deadline(),
      this.storage.deadline(),
      this.#leading?.deadline() ?? Infinity,
      this.#desk.deadline,
      this.#applier.deadline,
      this.#publishAt,
    );
  }

  /** After a `stop`: everything asked of it is finished, and somebody else leads if anybody can. */
  stopped(): boolean {
    if (!this.#stopping) return false;
    if (this.#failure !== null) return true;
    const leads = this.#raft.role === 'leader' && !this.#handedOver;
    return !leads && this.#desk.waiting === 0 && this.#raft.durableIndex >= this.#raft.lastIndex;
  }

  state(): NodeState {
    return nodeStateOf(this.#config, this.#raft, {
      appliedIndex: this.#applier.appliedIndex,
      checkpointIndex: this.#checkpoint?.index ?? 0,
      revision: this.store.revision,
      healthy: this.#failure === null && !this.#stopping,
    });
  }

  /** The replicated state, to look at. */
  get store(): Store {
    return this.#applier.store;
  }

  /** The core, to look at. */
  get raft(): Raft {
    return this.#raft;
  }

  get failure(): string | null {
    return this.#failure?.message ?? null;
  }

  /** Why a peer with this directory can't be talked to; null if it can (a wiped disk). */
  refusalOf(peer: NodeId, storeId: string): string | null {
    const known = this.store.memberOf(peer);
    if (known === undefined || known.storeId === storeId) return null;
    return (
      `node ${peer} is known by the data directory ${known.storeId}, and comes with ${storeId}: ` +
      'its disk was wiped or swapped. Give it its old directory back, or remove it from the ' +
      'cluster and add it again as a new member.'
    );
  }

  #dispatch(event: ReplicaEvent): void {
    switch (event.type) {
      case 'tick':
        this.#tick();
        return;
      case 'disk':
        for (const completion of event.completions) {
          for (const done of this.storage.complete(completion, this.#now)) this.#stored(done);
        }
        return;
      case 'peer':
        for (const message of event.messages) this.#peerMessage(event.from, message);
        return;
      case 'requests': {
        const standing = this.#standing();
        for (const request of event.requests) {
          this.#desk.request(event.connection, request, standing, this.#now);
        }
        return;
      }
      case 'connection-closed':
        this.#desk.connectionClosed(event.connection);
        return;
      case 'peer-greeted':
        this.#members.greeted(event.peer, { storeId: event.storeId, name: event.name });
        if (event.hasHistory && !this.#raft.hasHistory) this.#step({ type: 'peer-has-history' });
        return;
      case 'peer-broken':
        if (event.peer === this.#raft.leader) this.#desk.leaderChanged();
        return;
      case 'peer-lost':
        this.#step({ type: 'connection-lost', peer: event.peer });
        return;
      case 'transfer':
      case 'change-membership':
      case 'campaign':
        this.#step(event);
        return;
      case 'stop':
        this.#stop();
    }
  }

  #standing(): Standing {
    return {
      role: this.#raft.role,
      leader: this.#raft.leader,
      store: this.store,
      duties: this.#leading,
      caughtUp: this.#raft.entryTerm(logIndex(this.#applier.appliedIndex)) === this.#raft.term,
      stopping: this.#stopping,
      failure: this.#failure,
    };
  }

  #step(event: Parameters<Raft['step']>[0]): void {
    for (const effect of this.#raft.step(event, this.#now)) this.#do(effect);
  }

  /** Does what the core asks for. */
  #do(effect: Effect): void {
    switch (effect.type) {
      case 'send':
        this.#ports.network.send(effect.to, { type: 'raft', message: effect.message });
        return;
      case 'append-log':
        this.storage.append(effect.entries);
        return;
      case 'persist-vote':
        this.storage.saveVote(effect.vote);
        return;
      case 'truncate-log':
        this.storage.truncate(effect.from);
        return;
      case 'commit':
        this.storage.noteCommit(effect.index);
        return;
      case 'read-ready':
        this.#desk.readReady(effect.id, effect.index);
        return;
      case 'read-failed':
        this.#desk.readFailed(effect.id, effect.reason, this.#raft.leader);
        return;
      case 'proposal-refused':
        this.#desk.proposalRefused(effect.reason, effect.leader);
        this.#leading?.proposalsRefused();
        this.#members.lookAgain();
        return;
      case 'send-checkpoint':
        this.#courier.fetch(effect, effect.offset);
        return;
      case 'store-checkpoint':
        this.storage.storeCheckpoint(effect.checkpoint, effect.offset, effect.data);
        return;
      case 'role-changed':
        this.#roleChanged(effect.role, effect.term, effect.leader);
        return;
      case 'membership-changed':
        this.#ports.report({ type: 'membership', ...effect.membership });
        return;
      case 'transfer-ended':
        // A leader that nobody can relieve stops all the same.
        if (this.#stopping && this.#raft.transferTarget === null) this.#handedOver = true;
        return;
      case 'change-refused':
        this.#ports.report({ type: 'decision', text: `membership: ${effect.reason}` });
        return;
      case 'decision':
        this.#ports.report({ type: 'decision', text: effect.text });
    }
  }

  /** Something became durable, or failed to. */
  #stored(event: StorageEvent): void {
    switch (event.type) {
      case 'log-durable':
      case 'vote-durable':
      case 'checkpoint-stored':
        this.#step(event);
        return;
      case 'checkpoint-saved':
        this.#checkpointSaved(event.checkpoint);
        return;
      case 'checkpoint-installed':
        this.#checkpoint = event.checkpoint;
        this.figures.checkpointsInstalled++;
        this.#applier.install(event.checkpoint, event.stateLines);
        this.#step({ type: 'checkpoint-installed', checkpoint: event.checkpoint });
        this.#reportCheckpoint(event.checkpoint, 'installed');
        return;
      case 'checkpoint-rejected':
        this.#step({ type: 'checkpoint-rejected', index: event.index });
        this.#ports.report({
          type: 'decision',
          text: `the checkpoint of index ${event.index} did not verify: ${event.reason}`,
        });
        return;
      case 'checkpoint-read':
        this.#courier.deliver(event.token, event.offset, event.data, this.#raft);
        return;
      case 'identity-saved':
        this.#askForLeadership(event.identity);
        return;
      case 'failed':
        this.#fail(event.code === 'full' ? 'disk-full' : 'failed', event.message);
    }
  }

  #fail(code: 'disk-full' | 'failed', message: string): void {
    // What leadership there is goes to a node whose disk works; that much needs no disk.
    const handOver =
      this.#raft.role === 'leader' ? this.#raft.step({ type: 'disk-stalled' }, this.#now) : [];
    for (const effect of handOver) if (effect.type === 'send') this.#do(effect);
    this.#failure = { code, message };
    this.#leading = null;
    this.#publishAt = this.#now;
    this.#desk.failed(message);
    this.#ports.report({ type: code, message });
  }

  #checkpointSaved(checkpoint: CheckpointMeta): void {
    this.#checkpoint = checkpoint;
    this.figures.checkpointsSaved++;
    const keepAfter = logIndex(Math.max(0, checkpoint.index - this.#config.trailingEntries));
    this.#step({ type: 'checkpoint-saved', checkpoint, keepAfter });
    this.storage.releaseLog(keepAfter);
    this.#applier.checkpointSaved();
    this.#reportCheckpoint(checkpoint, 'saved');
  }

  #reportCheckpoint({ index, size }: CheckpointMeta, how: 'saved' | 'installed'): void {
    this.#ports.report({ type: 'checkpoint', index, bytes: size, how });
  }

  #peerMessage(from: NodeId, message: PeerMessage): void {
    switch (message.type) {
      case 'raft':
        this.#step({ type: 'message', from, message: message.message });
        return;
      case 'forward-request': {
        const request = { ...message.request, id: message.id };
        this.#desk.peerRequest(from, request, this.#standing(), this.#now);
        return;
      }
      case 'forward-reply':
        this.#desk.forwardReply(message.id, message.reply);
        return;
      case 'leadership-request':
        if (this.#raft.role === 'leader') this.#step({ type: 'transfer', to: from });
    }
  }

  #roleChanged(role: string, term: Term, leader: NodeId | null): void {
    if (role === 'candidate') this.figures.elections++;
    if (leader !== this.#leader || term !== this.#term) this.#desk.leaderChanged();
    if (leader !== this.#leader) this.figures.leaderChanges++;
    this.#leader = leader;
    this.#term = term;
    if (role === 'leader' && this.#leading === null) {
      this.#leading = new LeaderDuties(this.#config.leader, this.#now);
      this.#members.lookAgain();
    } else if (role !== 'leader' && this.#leading !== null) {
      this.#leading = null;
      this.#desk.leadershipLost();
    }
    this.#publishAt = this.#now;
    this.#ports.report({ type: 'role', role, term, leader });
  }

  #stop(): void {
    if (this.#stopping) return;
    this.#stopping = true;
    this.#publishAt = this.#now;
    if (this.#raft.role !== 'leader') return;
    if (this.#raft.membership.voters.length > 1) this.#step({ type: 'transfer', to: null });
    else this.#handedOver = true;
  }

  #tick(): void {
    if (this.#now >= this.#raft.deadline()) this.#step({ type: 'tick' });
    this.#desk.tick(this.#now);
    this.#lead();
    const reached = (peer: NodeId): boolean => this.#members.reached(peer);
    const asked = this.#firstLeadership.due(this.#raft, this.#applier.appliedIndex, reached);
    // That it asked is durable before it asks.
    if (asked !== null) this.storage.saveIdentity(asked);
  }

  /** What the process does because it leads. */
  #lead(): void {
    if (this.#leading === null || this.#now < this.#leading.deadline()) return;
    for (const command of this.#members.missing(this.store)) this.#desk.propose(command);
    const view = leaderView(this.#raft, this.#applier, this.#checkpoint);
    const decision = this.#leading.look(view, this.#now);
    for (const command of decision.commands) this.#desk.propose(command);
    if (decision.marker) this.#desk.proposeMarker();
    if (decision.diskStalled) this.#step({ type: 'disk-stalled' });
  }

  #askForLeadership(identity: Identity): void {
    const step = this.#firstLeadership.saved(identity, this.#raft);
    const { leader } = this.#raft;
    if (step === 'campaign') this.#step({ type: 'campaign' });
    else if (step === 'ask-leader' && leader !== null) {
      this.#ports.network.send(leader, { type: 'leadership-request' });
    }
  }

  /** Carries everything that the event set off to its end. */
  #settle(): void {
    if (this.#failure === null) {
      this.#proposePending();
      this.#applyCommitted();
      this.#askForReads();
      this.#desk.answerReads(this.store, this.#now);
      this.#workInSlices();
    }
    this.#desk.flush();
    this.#publish();
  }

  #proposePending(): void {
    const bodies = this.#desk.pendingBodies;
    if (bodies.length === 0) return;
    this.figures.proposed += bodies.length;
    const effects = this.#raft.step({ type: 'propose', bodies }, this.#now);
    const appended = effects.find((effect) => effect.type === 'append-log');
    if (appended?.entries[0]) this.#desk.accepted(appended.entries[0].index);
    for (const effect of effects) this.#do(effect);
  }

  #applyCommitted(): void {
    const applied = this.#applier.appliedIndex;
    const upTo = Math.min(this.#raft.commitIndex, applied + APPLY_SLICE);
    if (upTo <= applied) return;
    for (const entry of this.#raft.entriesBetween(logIndex(applied), logIndex(upTo))) {
      this.#desk.apply(entry, this.#applier);
    }
    this.figures.applied += upTo - applied;
  }

  /** One question to the leader for all the reads that came in. */
  #askForReads(): void {
    const question = this.#desk.question();
    if (question !== null) this.#step({ type: 'read', id: question });
  }

  #workInSlices(): void {
    this.#applier.writeSlice(this.#now);
    const compacting = this.store.work(COMPACTION_SLICE_STEPS);
    const applying = this.#raft.commitIndex > this.#applier.appliedIndex;
    this.#moreWork = compacting || applying || this.#desk.pendingBodies.length > 0;
  }

  #publish(): void {
    if (this.#now < this.#publishAt) return;
    this.#publishAt = this.#now + PUBLISH_EVERY_MS;
    this.#ports.network.publish(this.state());
  }
}
