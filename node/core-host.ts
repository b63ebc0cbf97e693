/**
 * The core among the other parts: what it asks for is done in its order, and what became durable is
 * told to it. Everybody who waits for a leader hears of a new one here.
 */
import { formatOfState } from '#kv';
import {
  logIndex,
  type CheckpointMeta,
  type Effect,
  type LogIndex,
  type NodeId,
  type RaftEvent,
  type Term,
} from '#raft';
import { formatProblem, PROGRAM } from '#rpc/versions';
import type { Identity, StorageEvent } from '#storage';
import { CommitProbe, type CommitProbeState } from './commit-probe.js';
import type { Failure } from './condition.js';
import type { Parts } from './parts.js';
import type { Ports } from './ports.js';
import type { ReplicaConfig } from './replica-config.js';

/** So many entries at most stay in memory for a follower that takes its time with a checkpoint. */
const TRANSFER_ENTRIES_MAX = 200_000;

/** As plain data: what the requests that wait were told of the leader, and what is measured. */
export interface CoreHostState {
  readonly leader: NodeId | null;
  readonly term: number;
  readonly probe: CommitProbeState;
}

export class CoreHost {
  readonly #config: ReplicaConfig;
  readonly #parts: Parts;
  readonly #ports: Ports;
  /** The highest format level that this program reads. */
  readonly #formatMax: number;
  #leader: NodeId | null;
  #term: number;
  readonly #probe: CommitProbe;
  #changed = false;

  constructor(config: ReplicaConfig, parts: Parts, ports: Ports, state: CoreHostState) {
    this.#config = config;
    this.#parts = parts;
    this.#ports = ports;
    this.#formatMax = Math.max(1, (config.program ?? PROGRAM).formatMax);
    this.#leader = state.leader;
    this.#term = state.term;
    this.#probe = new CommitProbe(state.probe);
  }

  dump(): CoreHostState {
    return { leader: this.#leader, term: this.#term, probe: this.#probe.dump() };
  }

  /** Whether this node's role, leader or condition changed since this was asked last. */
  takeChange(): boolean {
    const changed = this.#changed;
    this.#changed = false;
    return changed;
  }

  step(event: RaftEvent, now: number): void {
    for (const effect of this.#parts.raft.step(event, now)) this.#do(effect, now);
    this.#measure(now);
  }

  /** Proposes what the desk has; its callers know from here on which entry is theirs. */
  propose(now: number): void {
    const { raft, desk, figures } = this.#parts;
    const bodies = desk.pendingBodies;
    if (bodies.length === 0) return;
    figures.proposed += bodies.length;
    const effects = raft.step({ type: 'propose', bodies }, now);
    const appended = effects.find((effect) => effect.type === 'append-log');
    if (appended?.entries[0]) {
      const first = appended.entries[0].index;
      desk.accepted(first);
      this.#probe.appended(first, now);
    }
    for (const effect of effects) this.#do(effect, now);
    this.#measure(now);
  }

  #measure(now: number): void {
    const { raft, figures } = this.#parts;
    const took = this.#probe.committed(raft.commitIndex, now);
    if (took === null) return;
    figures.commits += 1;
    figures.commitMs += took;
  }

  #do(effect: Effect, now: number): void {
    const { storage, desk, leading, courier } = this.#parts;
    switch (effect.type) {
      case 'send':
        this.#ports.network.send(effect.to, { type: 'raft', message: effect.message });
        return;
      case 'append-log':
        storage.append(effect.entries);
        return;
      case 'persist-vote':
        storage.saveVote(effect.vote);
        return;
      case 'truncate-log':
        storage.truncate(effect.from);
        return;
      case 'commit':
        storage.noteCommit(effect.index);
        return;
      case 'read-ready':
        desk.readReady(effect.id, effect.index);
        return;
      case 'read-failed':
        desk.readFailed(effect.id, effect.reason, this.#parts.raft.leader);
        return;
      case 'proposal-refused':
        desk.proposalRefused(effect.reason, effect.leader);
        leading.proposalsRefused();
        return;
      case 'send-checkpoint':
        courier.fetch(effect, effect.offset);
        return;
      case 'store-checkpoint':
        storage.storeCheckpoint(effect.checkpoint, effect.offset, effect.data);
        return;
      case 'role-changed':
        this.#roleChanged(effect.role, effect.term, effect.leader, now);
        return;
      case 'transfer-ended':
        this.#transferEnded();
        return;
      default:
        this.#report(effect);
    }
  }

  #report(
    effect: Extract<Effect, { type: `membership-${string}` | 'change-refused' | 'decision' }>,
  ) {
    if (effect.type === 'membership-changed') {
      this.#ports.report({ type: 'membership', ...effect.membership });
    } else {
      const text = effect.type === 'decision' ? effect.text : `membership: ${effect.reason}`;
      this.#ports.report({ type: 'decision', text });
    }
  }

  #roleChanged(role: string, term: Term, leader: NodeId | null, now: number): void {
    const { desk, figures, leading } = this.#parts;
    if (role === 'candidate') figures.elections++;
    if (leader !== this.#leader || term !== this.#term) desk.leaderChanged();
    if (leader !== this.#leader) figures.leaderChanges++;
    this.#leader = leader;
    this.#term = term;
    if (role === 'leader' && leading.duties === null) {
      leading.begin(now);
    } else if (role !== 'leader' && leading.duties !== null) {
      leading.end();
      this.#probe.forget();
      this.#parts.storage.keepCheckpoints([]);
      desk.leadershipLost();
    }
    this.#changed = true;
    this.#ports.report({ type: 'role', role, term, leader });
  }

  #transferEnded(): void {
    const { condition, raft } = this.#parts;
    if (condition.stopping && raft.transferTarget === null) condition.handOver();
  }

  /** Something became durable, or failed to. */
  stored(event: StorageEvent, now: number): void {
    const { courier, raft } = this.#parts;
    switch (event.type) {
      case 'log-durable':
      case 'vote-durable':
      case 'checkpoint-stored':
        this.step(event, now);
        return;
      case 'checkpoint-saved':
        this.#checkpointSaved(event.checkpoint, now);
        return;
      case 'checkpoint-installed':
        this.#checkpointInstalled(event.checkpoint, event.stateLines, now);
        return;
      case 'checkpoint-rejected':
        this.step({ type: 'checkpoint-rejected', index: event.index }, now);
        this.#ports.report({
          type: 'decision',
          text: `the checkpoint of index ${event.index} did not verify: ${event.reason}`,
        });
        return;
      case 'checkpoint-read': {
        const gone = courier.deliver(event.token, event.offset, event.data, raft);
        if (gone !== null) this.step(gone, now);
        return;
      }
      case 'identity-saved':
        this.#askForLeadership(event.identity, now);
        return;
      case 'failed':
        this.#fail(
          { code: event.code === 'full' ? 'disk-full' : 'failed', message: event.message },
          now,
        );
    }
  }

  /** Whether this program reads that format level; if not, it goes no further. */
  canRead(level: number, now: number): boolean {
    if (level <= this.#formatMax) return true;
    const { name, program = PROGRAM } = this.#config;
    const message = formatProblem({ who: name, versions: program }, level) ?? '';
    this.#fail({ code: 'failed', message }, now);
    return false;
  }

  #fail(failure: Failure, now: number): void {
    const { raft, condition, leading, desk } = this.#parts;
    // What leadership there is goes to a node whose disk works; that much needs no disk.
    const handOver = raft.role === 'leader' ? raft.step({ type: 'disk-stalled' }, now) : [];
    for (const effect of handOver) if (effect.type === 'send') this.#do(effect, now);
    condition.fail(failure);
    leading.end();
    desk.failed(failure.message);
    this.#changed = true;
    this.#ports.report({ type: failure.code, message: failure.message });
  }

  #checkpointSaved(checkpoint: CheckpointMeta, now: number): void {
    const { storage, applier, figures } = this.#parts;
    figures.checkpointsSaved++;
    const keepAfter = this.#keepAfter(checkpoint.index);
    this.step({ type: 'checkpoint-saved', checkpoint, keepAfter }, now);
    storage.releaseLog(keepAfter);
    applier.checkpointSaved();
    this.#reportCheckpoint(checkpoint, 'saved');
  }

  /** Behind a checkpoint that a follower is being sent the log stays, to go on with, within reason. */
  #keepAfter(checkpoint: number): LogIndex {
    const { trailingEntries } = this.#config;
    const inUse = Math.max(
      Math.min(checkpoint, ...this.#parts.raft.checkpointsInUse()),
      checkpoint - TRANSFER_ENTRIES_MAX,
    );
    return logIndex(Math.max(0, Math.min(inUse, checkpoint - trailingEntries)));
  }

  #checkpointInstalled(
    checkpoint: CheckpointMeta,
    stateLines: readonly string[],
    now: number,
  ): void {
    if (!this.canRead(formatOfState(stateLines), now)) return;
    this.#parts.figures.checkpointsInstalled++;
    this.#parts.applier.install(checkpoint, stateLines);
    this.step({ type: 'checkpoint-installed', checkpoint }, now);
    this.#reportCheckpoint(checkpoint, 'installed');
  }

  #reportCheckpoint({ index, size }: CheckpointMeta, how: 'saved' | 'installed'): void {
    this.#ports.report({ type: 'checkpoint', index, bytes: size, how });
  }

  #askForLeadership(identity: Identity, now: number): void {
    const { firstLeadership, raft } = this.#parts;
    const asks = firstLeadership.saved(identity, raft);
    const { leader } = raft;
    if (asks === 'campaign') this.step({ type: 'campaign' }, now);
    else if (asks === 'ask-leader' && leader !== null) {
      this.#ports.network.send(leader, { type: 'leadership-request' });
    }
  }
}
