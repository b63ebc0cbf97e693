/**
 * A node: the consensus core, the replicated state and the storage, composed into one event-driven,
 * deterministic machine behind ports. Every event is followed to its end within `handle`: what the core
 * asks for is done in its order, what is committed is applied (in slices), and everybody who waited for
 * it is answered, in batches.
 */
import type { Store } from '#kv';
import { logIndex, type NodeId, type Raft, type RaftEvent } from '#raft';
import type { NodeSight } from '#rpc/generated/relevo/v1/sight';
import type { NodeState } from '#rpc/session/frames';
import type { Recovered, Storage } from '#storage';
import { CoreHost, type CoreHostState } from './core-host.js';
import { MemberRecords } from './member-records.js';
import { nodeStateOf } from './node-state.js';
import { dumpParts, loadParts, recoveredParts, type Parts, type PartsState } from './parts.js';
import type { PeerMessage, Ports, ReplicaEvent } from './ports.js';
import type { ReplicaConfig, ReplicaFigures } from './replica-config.js';
import { NODE_RULES, type NodeRules } from './rules.js';
import { sightOf } from './sight.js';
import type { Standing } from './standing.js';

/** Entries applied in one slice: a millisecond of work. */
const APPLY_SLICE = 250;
const COMPACTION_SLICE_STEPS = 1000;
const PUBLISH_EVERY_MS = 100;

export { named, wordsOf, type Words } from './report-words.js';
export type { ReplicaConfig, ReplicaRules } from './replica-config.js';
export { NODE_RULES, type NodeRules } from './rules.js';
export { formatOfDirectory } from './format-levels.js';
export type { PayloadCodec, PeerMessage, Ports, ReplicaEvent, Report } from './ports.js';

/** A node that can't write answers stale reads, and says why it does nothing else. */
const HEARD_AFTER_FAILURE: ReadonlySet<ReplicaEvent['type']> = new Set([
  'requests',
  'connection-closed',
]);

/** The whole machine between two events, as plain data: JSON could carry it, but for bytes. */
export interface ReplicaState {
  readonly parts: PartsState;
  readonly host: CoreHostState;
  readonly now: number;
  readonly moreWork: boolean;
  readonly publishAt: number;
}

export class Replica {
  readonly #config: ReplicaConfig;
  readonly #rules: NodeRules;
  readonly #ports: Ports;
  readonly #parts: Parts;
  readonly #host: CoreHost;
  #now = 0;
  #moreWork = false;
  #publishAt = 0;

  /** Begins where recovery ended, or goes on where a dump was made, with the same configuration. */
  constructor(config: ReplicaConfig, from: Recovered | ReplicaState, ports: Ports) {
    this.#config = config;
    this.#rules = config.rules?.node ?? NODE_RULES;
    this.#ports = ports;
    if ('parts' in from) {
      this.#parts = loadParts(config, from.parts, ports);
      this.#host = new CoreHost(config, this.#parts, ports, from.host);
      this.#now = from.now;
      this.#moreWork = from.moreWork;
      this.#publishAt = from.publishAt;
      return;
    }
    this.#parts = recoveredParts(config, from, ports);
    const { raft, applier } = this.#parts;
    this.#host = new CoreHost(config, this.#parts, ports, {
      leader: null,
      term: raft.term,
      probe: null,
    });
    const { remarks } = from;
    const applied = applier.appliedIndex;
    ports.report({ type: 'recovered', last: raft.lastIndex, applied, remarks });
  }

  /** Between two events. Shares nothing that anybody changes. */
  dump(): ReplicaState {
    return {
      parts: dumpParts(this.#parts),
      host: this.#host.dump(),
      now: this.#now,
      moreWork: this.#moreWork,
      publishAt: this.#publishAt,
    };
  }

  /** The same machine again: completions of what the dumped one asked of its disk are for it. */
  static load(config: ReplicaConfig, state: ReplicaState, ports: Ports): Replica {
    return new Replica(config, state, ports);
  }

  /** `now`: ms of a monotonic clock. Follows the event to its end; ports are called meanwhile. */
  handle(event: ReplicaEvent, now: number): void {
    const { storage } = this.#parts;
    this.#now = now;
    const news = storage.tick(now);
    // What the event and all that follows from it append leaves in one write.
    storage.cork();
    for (const done of news) this.#host.stored(done, now);
    if (this.#isSound || HEARD_AFTER_FAILURE.has(event.type)) this.#dispatch(event);
    this.#settle();
    storage.uncork();
  }

  /** When the next `tick` is due, ms; at or before now when work is waiting. */
  deadline(): number {
    if (!this.#isSound) return this.#publishAt;
    if (this.#moreWork) return this.#now;
    const { raft, storage, leading, desk, applier } = this.#parts;
    return Math.min(
      raft.deadline(),
      storage.deadline(),
      leading.deadline,
      desk.deadline,
      applier.deadline,
      this.#publishAt,
    );
  }

  /** After a `stop`: everything asked of it is finished, and somebody else leads if anybody can. */
  stopped(): boolean {
    const { raft, desk, condition } = this.#parts;
    const busy = desk.waiting > 0 || raft.durableIndex < raft.lastIndex;
    return condition.hasStopped(raft.role === 'leader', busy);
  }

  state(): NodeState {
    const { raft, applier, condition } = this.#parts;
    return nodeStateOf(this.#config, raft, {
      appliedIndex: applier.appliedIndex,
      checkpointIndex: raft.checkpoint?.index ?? 0,
      revision: this.store.revision,
      healthy: condition.isWell,
      formatLevel: this.store.formatLevel,
    });
  }

  /** For people: the whole of it, with at most so many of the newest log entries. */
  sight(now: number, cells: number): NodeSight {
    return sightOf(this.#config, this.#parts, now, cells);
  }

  /** Counters since the start, to look at. */
  get figures(): ReplicaFigures {
    return this.#parts.figures;
  }

  get storage(): Storage {
    return this.#parts.storage;
  }

  /** The replicated state, to look at. */
  get store(): Store {
    return this.#parts.applier.store;
  }

  /** The core, to look at. */
  get raft(): Raft {
    return this.#parts.raft;
  }

  /** Why this node writes nothing more; null while it is sound. */
  get failure(): string | null {
    return this.#parts.condition.failure?.message ?? null;
  }

  /** Why a peer with this directory can't be talked to; null if it can (a wiped disk). */
  refusalOf(peer: NodeId, storeId: string): string | null {
    return MemberRecords.refusal(this.store, peer, storeId, this.#rules);
  }

  get #isSound(): boolean {
    return this.#parts.condition.failure === null;
  }

  #dispatch(event: ReplicaEvent): void {
    const { storage, desk } = this.#parts;
    switch (event.type) {
      case 'tick':
        this.#tick();
        return;
      case 'disk':
        for (const completion of event.completions) {
          const news = storage.complete(completion, this.#now);
          for (const done of news) this.#host.stored(done, this.#now);
        }
        return;
      case 'peer':
        for (const message of event.messages) this.#peerMessage(event.from, message);
        return;
      case 'requests': {
        const standing = this.#standing();
        for (const request of event.requests) {
          desk.request(event.connection, request, standing, this.#now);
        }
        return;
      }
      case 'connection-closed':
        desk.connectionClosed(event.connection);
        return;
      case 'peer-greeted':
        this.#greeted(event);
        return;
      case 'peer-broken':
        desk.peerBroken(event.peer);
        this.#parts.formats.left(event.peer);
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

  #step(event: RaftEvent): void {
    this.#host.step(event, this.#now);
  }

  #standing(): Standing {
    const { raft, applier, leading, condition } = this.#parts;
    return {
      role: raft.role,
      leader: raft.leader,
      store: applier.store,
      duties: leading.duties,
      caughtUp: raft.entryTerm(logIndex(applier.appliedIndex)) === raft.term,
      stopping: condition.stopping,
      failure: condition.failure,
    };
  }

  #greeted(event: ReplicaEvent & { type: 'peer-greeted' }): void {
    const { peer, storeId, name, hasHistory, formatMax } = event;
    const { members, formats, raft } = this.#parts;
    members.greeted(peer, { storeId, name });
    formats.greeted(peer, formatMax);
    if (hasHistory && !raft.hasHistory) this.#step({ type: 'peer-has-history' });
  }

  #peerMessage(from: NodeId, message: PeerMessage): void {
    const { desk, raft } = this.#parts;
    switch (message.type) {
      case 'raft':
        this.#step({ type: 'message', from, message: message.message });
        return;
      case 'forward-request': {
        const request = { ...message.request, id: message.id };
        desk.peerRequest(from, request, this.#standing(), this.#now);
        return;
      }
      case 'forward-reply':
        desk.forwardReply(from, message.id, message.reply);
        return;
      case 'leadership-request':
        if (raft.role === 'leader') this.#step({ type: 'transfer', to: from });
    }
  }

  #stop(): void {
    const { condition, raft } = this.#parts;
    if (condition.stopping) return;
    condition.stop();
    this.#publishAt = this.#now;
    if (raft.role !== 'leader') return;
    if (raft.membership.voters.length > 1) this.#step({ type: 'transfer', to: null });
    else condition.handOver();
  }

  #tick(): void {
    const { raft, desk, members, firstLeadership, applier, storage } = this.#parts;
    if (this.#now >= raft.deadline()) this.#step({ type: 'tick' });
    desk.tick(this.#now);
    this.#lead();
    const reached = (peer: NodeId): boolean => members.reached(peer);
    const asked = firstLeadership.due(raft, applier.appliedIndex, reached);
    // That it asked is durable before it asks.
    if (asked !== null) storage.saveIdentity(asked);
  }

  /** What the process does because it leads. */
  #lead(): void {
    const { raft, applier, leading, desk, storage } = this.#parts;
    const decision = leading.look(raft, applier, this.#now);
    if (decision === null) return;
    storage.keepCheckpoints(raft.checkpointsInUse());
    for (const command of decision.commands) desk.propose(command);
    if (decision.marker) desk.proposeMarker();
    if (decision.diskStalled) this.#step({ type: 'disk-stalled' });
  }

  /** Carries everything that the event set off to its end. */
  #settle(): void {
    const { desk } = this.#parts;
    if (this.#isSound) {
      this.#host.propose(this.#now);
      this.#applyCommitted();
      this.#askForReads();
      desk.answerReads(this.store, this.#now);
      this.#workInSlices();
    }
    desk.flush();
    this.#publish();
  }

  #applyCommitted(): void {
    const { raft, applier, desk, figures } = this.#parts;
    const applied = applier.appliedIndex;
    const known = this.#rules.applies(raft.commitIndex, raft.lastIndex);
    const upTo = Math.min(known, applied + APPLY_SLICE);
    if (upTo <= applied) return;
    for (const entry of raft.entriesBetween(logIndex(applied), logIndex(upTo))) {
      desk.apply(entry, applier);
      // What follows may be of forms that this program takes for something else.
      if (!this.#host.canRead(applier.store.formatLevel, this.#now)) break;
    }
    figures.applied += applier.appliedIndex - applied;
  }

  /** One question to the leader for all the reads that came in. */
  #askForReads(): void {
    const question = this.#parts.desk.question();
    if (question !== null) this.#step({ type: 'read', id: question });
  }

  #workInSlices(): void {
    const { raft, applier, desk } = this.#parts;
    applier.writeSlice(this.#now);
    const compacting = applier.store.work(COMPACTION_SLICE_STEPS);
    const applying = raft.commitIndex > applier.appliedIndex;
    this.#moreWork = compacting || applying || desk.pendingBodies.length > 0;
  }

  #publish(): void {
    if (this.#host.takeChange()) this.#publishAt = this.#now;
    if (this.#now < this.#publishAt) return;
    this.#publishAt = this.#now + PUBLISH_EVERY_MS;
    this.#ports.network.publish(this.state());
  }
}
