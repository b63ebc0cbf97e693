/** A node as people are shown it: running or simulated, the same function of the same machine. */
import type { Entry, Raft } from '#raft';
import { logIndex } from '#raft';
import type { ElectionSight, LogCell, NodeSight, TimerSight } from '#rpc/generated/relevo/v1/sight';
import type { Parts } from './parts.js';
import type { ReplicaConfig } from './replica-config.js';

/** Characters of a command that are read, and shown. */
const TEXT_READ = 200;
const TEXT_MAX = 60;

/** `now`: ms of the replica's clock. `cells`: at most so many of the newest log entries. */
export function sightOf(
  config: ReplicaConfig,
  parts: Parts,
  now: number,
  cells: number,
): NodeSight {
  const { raft, applier, condition } = parts;
  const { voters, learners } = raft.membership;
  const { store } = applier;
  return {
    node: config.nodeId,
    name: config.name,
    incarnation: config.incarnation,
    role: learners.includes(config.nodeId) ? 'learner' : raft.role,
    term: raft.term,
    votedFor: raft.votedFor ?? 0,
    leader: raft.leader ?? 0,
    election: electionSight(raft),
    firstIndex: raft.firstIndex,
    lastIndex: raft.lastIndex,
    lastTerm: raft.lastTerm,
    durableIndex: raft.durableIndex,
    commitIndex: raft.commitIndex,
    appliedIndex: applier.appliedIndex,
    checkpoint: checkpointSight(raft),
    timers: timerSights(config, raft, now),
    log: logCells(raft, cells),
    peers: raft.progress().map(({ node, matchIndex, nextIndex, state, lastHeard }) => {
      return { node, matchIndex, nextIndex, state, silentMs: Math.max(0, now - lastHeard) };
    }),
    voters: [...voters],
    learners: [...learners],
    store: {
      revision: store.revision,
      compactedRevision: store.compactedRevision,
      keys: store.keyCount,
    },
    failure: condition.failure?.message ?? '',
    transferTo: raft.transferTarget ?? 0,
  };
}

function electionSight({ election, role }: Raft): ElectionSight | undefined {
  if (election === null) return undefined;
  return { preVote: role === 'pre-candidate', granted: [...election] };
}

function checkpointSight({ checkpoint }: Raft): NodeSight['checkpoint'] {
  if (checkpoint === null) return undefined;
  const { index, term, size } = checkpoint;
  return { index, term, bytes: size };
}

function timerSights(config: ReplicaConfig, raft: Raft, now: number): TimerSight[] {
  const { heartbeatMs, electionTimeoutMsMax } = config;
  const spans = new Map([
    ['election', electionTimeoutMsMax],
    ['heartbeat', heartbeatMs],
    ['transfer', electionTimeoutMsMax],
  ]);
  return raft.timers().map(({ name, due }) => {
    return { name, leftMs: Math.max(0, due - now), spanMs: spans.get(name) ?? 0 };
  });
}

function logCells(raft: Raft, cells: number): LogCell[] {
  const { firstIndex, lastIndex } = raft;
  const after = Math.max(firstIndex - 1, lastIndex - cells);
  if (after >= lastIndex) return [];
  return raft.entriesBetween(logIndex(after), lastIndex).map(cellOf);
}

function cellOf({ index, term, body }: Entry): LogCell {
  switch (body.kind) {
    case 'empty':
      return { index, term, kind: body.kind, text: "a new leader's first" };
    case 'checkpoint':
      return { index, term, kind: body.kind, text: 'checkpoint' };
    case 'membership': {
      const { voters, learners } = body.membership;
      const others = learners.length === 0 ? '' : `, learners ${learners.join(' ')}`;
      return { index, term, kind: body.kind, text: `voters ${voters.join(' ')}${others}` };
    }
    case 'command':
      return { index, term, kind: body.kind, text: shortened(commandText(body.text)) };
  }
}

/**
 * What a command does, in short, read off its text: a page asks for many of them many times, and decoding
 * a large value each time would cost what serving it costs.
 */
function commandText(text: string): string {
  const start = text.slice(0, TEXT_READ);
  const [, key, value] =
    /^"put":\{"key":"((?:[^"\\]|\\.)*)","value":"((?:[^"\\]|\\.)*)/.exec(start) ?? [];
  if (key !== undefined && value !== undefined) return `put ${key} = ${value}`;
  const [, deleted] = /^"delete":\{"key":"((?:[^"\\]|\\.)*)"\}/.exec(start) ?? [];
  if (deleted !== undefined) return `delete ${deleted}`;
  const [, name, rest] = /^"([^"]+)":(.*)$/s.exec(start) ?? [];
  return name === undefined ? start : `${name} ${rest ?? ''}`;
}

function shortened(text: string): string {
  return text.length <= TEXT_MAX ? text : `${text.slice(0, TEXT_MAX - 1)}…`;
}
