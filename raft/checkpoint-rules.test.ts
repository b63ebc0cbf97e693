import type { CheckpointMeta } from './index.js';
import { InvariantBroken, logIndex, nodeId, term } from './index.js';
import { at, entriesOf, members, Solo } from './testing/solo.js';

const checkpointAt = (index: number, of: number, size = 10): CheckpointMeta => ({
  ...at(index, of),
  membership: members([1, 2, 3], [4]),
  size,
});

const chunk = (checkpoint: CheckpointMeta, offset: number, length: number, of = 5) =>
  ({
    type: 'checkpoint-chunk',
    term: term(of),
    checkpoint,
    offset,
    data: new Uint8Array(length),
  }) as const;

const stored = (node: Solo, index: number, offset: number) =>
  node.step({ type: 'checkpoint-stored', index: logIndex(index), offset });

const behind = {
  vote: { term: term(4), votedFor: null },
  entries: entriesOf([1, 1, 2, 2, 2, 2, 2, 2]),
};

describe('taking in a checkpoint', () => {
  test('chunk by chunk, each asked for when the one before is stored', () => {
    const node = new Solo();
    const checkpoint = checkpointAt(6, 3);
    node.from(2, chunk(checkpoint, 0, 4));
    expect(node.one('store-checkpoint')).toMatchObject({ offset: 0 });
    expect(node.sent('checkpoint-reply')).toEqual([]);
    stored(node, 6, 4);
    expect(node.sentOne('checkpoint-reply', 2)).toMatchObject({ offset: 4, installed: false });
    node.from(2, chunk(checkpoint, 4, 6));
    expect(node.one('store-checkpoint')).toMatchObject({ offset: 4 });
    node.step({ type: 'checkpoint-installed', checkpoint });
    expect(node.sentOne('checkpoint-reply', 2)).toMatchObject({ offset: 10, installed: true });
    expect([node.raft.commitIndex, node.raft.lastIndex, node.raft.lastTerm]).toEqual([6, 6, 3]);
    expect(node.raft.membership).toEqual(checkpoint.membership);
    expect(node.one('membership-changed').membership).toEqual(checkpoint.membership);
  });

  test('a chunk twice, or out of order, is not stored; another leader goes on where one stopped', () => {
    const node = new Solo();
    const checkpoint = checkpointAt(6, 3);
    node.from(2, chunk(checkpoint, 0, 4));
    node.from(2, chunk(checkpoint, 0, 4));
    expect(node.all('store-checkpoint')).toEqual([]);
    stored(node, 6, 4);
    node.from(2, chunk(checkpoint, 8, 2));
    expect(node.all('store-checkpoint')).toEqual([]);
    expect(node.sentOne('checkpoint-reply', 2).offset).toBe(4);
    node.from(3, chunk(checkpoint, 0, 4, 6));
    expect(node.sentOne('checkpoint-reply', 3).offset).toBe(4);
    node.from(3, chunk(checkpointAt(9, 3), 0, 4, 6));
    expect(node.one('store-checkpoint').checkpoint.index).toBe(9);
    stored(node, 6, 8);
    expect(node.effects).toEqual([]);
  });

  test('appends are left alone while it is being installed, and taken up behind it', () => {
    const node = new Solo();
    const checkpoint = checkpointAt(2, 1);
    node.from(2, chunk(checkpoint, 0, 10));
    node.append(2, 5, [0, 0], entriesOf([1, 1, 1]));
    expect(node.effects).toEqual([]);
    node.step({ type: 'checkpoint-installed', checkpoint });
    node.append(2, 5, [2, 1], entriesOf([5], 3), 3);
    expect([node.raft.commitIndex, node.raft.firstIndex]).toEqual([3, 3]);
    expect(node.raft.entriesBetween(logIndex(2), logIndex(3))).toEqual(entriesOf([5], 3));
    expect(() => node.raft.entriesBetween(logIndex(1), logIndex(3))).toThrow(RangeError);
  });

  test('a chunk of an older term is refused with the newer one', () => {
    const node = new Solo({}, { vote: { term: term(9), votedFor: null } });
    node.from(2, chunk(checkpointAt(6, 3), 0, 4));
    expect(node.sentOne('checkpoint-reply', 2).term).toBe(9);
  });
});

test('rule 33: the membership of a checkpoint holds from there on', () => {
  const checkpoint = checkpointAt(3, 2);
  const node = new Solo(
    {},
    { ...behind, checkpoint, base: at(0, 0), membership: checkpoint.membership },
  );
  expect(node.raft.membership.learners).toEqual([4]);
  expect(node.raft.membershipAt(logIndex(8)).learners).toEqual([4]);
});

describe('rule 34: a log that conflicts with a checkpoint gives way to it as a whole', () => {
  test('rule 34: the suffix behind it goes too', () => {
    const node = new Solo({}, behind);
    const checkpoint = checkpointAt(5, 3);
    node.from(2, chunk(checkpoint, 0, 10));
    expect(node.all('store-checkpoint')).toHaveLength(1);
    node.step({ type: 'checkpoint-installed', checkpoint });
    expect([node.raft.firstIndex, node.raft.lastIndex, node.raft.durableIndex]).toEqual([6, 5, 5]);
    node.append(2, 5, [5, 3], entriesOf([5], 6));
    expect(node.terms).toEqual([5]);
  });

  test('rule 34: one that holds its entry keeps what follows, and takes no checkpoint', () => {
    const node = new Solo({}, behind);
    node.from(2, chunk(checkpointAt(5, 2), 0, 10));
    expect(node.all('store-checkpoint')).toEqual([]);
    expect(node.one('commit').index).toBe(5);
    expect(node.terms).toHaveLength(8);
    expect(node.sentOne('checkpoint-reply', 2)).toMatchObject({ index: 5, installed: true });
  });
});

describe('rule 35: an older checkpoint is of no use', () => {
  test('rule 35: it is not stored, and the commit index stays', () => {
    const node = new Solo({}, { ...behind, commitIndex: logIndex(6) });
    node.from(2, chunk(checkpointAt(4, 2), 0, 10));
    expect(node.all('store-checkpoint')).toEqual([]);
    expect(node.sentOne('checkpoint-reply')).toMatchObject({
      index: 4,
      offset: 10,
      installed: true,
    });
    expect(node.raft.commitIndex).toBe(6);
  });

  test('rule 35: one that was installed all the same stops the node', () => {
    const node = new Solo({}, { ...behind, commitIndex: logIndex(6) });
    const checkpoint = checkpointAt(4, 2);
    expect(() => node.step({ type: 'checkpoint-installed', checkpoint })).toThrow(InvariantBroken);
  });

  test('rule 35: entries that a checkpoint covers are never appended again', () => {
    const node = new Solo();
    const checkpoint = checkpointAt(3, 2);
    node.from(2, chunk(checkpoint, 0, 10));
    node.step({ type: 'checkpoint-installed', checkpoint });
    node.append(2, 5, [1, 1], entriesOf([2, 2, 5], 2));
    expect(node.one('append-log').entries).toEqual(entriesOf([5], 4));
    node.append(2, 5, [0, 0], entriesOf([1, 2], 1));
    expect(node.all('append-log')).toEqual([]);
    expect(node.sentOne('append-reply')).toMatchObject({ success: true, matchIndex: 4 });
  });
});

describe('sending a checkpoint', () => {
  /** Leads in term 5; entries to 8 are in the checkpoint, those from 7 on in memory. */
  function sender(): Solo {
    const node = new Solo({}, behind).elect(2);
    node.acknowledge(2, 9);
    const checkpoint = checkpointAt(8, 2);
    node.step({ type: 'checkpoint-saved', checkpoint, keepAfter: logIndex(6) });
    node.refuse(3, 8, [0, 0]);
    return node;
  }
  const reply = (node: Solo, offset: number, installed = false, index = 8) =>
    node.from(3, {
      type: 'checkpoint-reply',
      term: term(5),
      index: logIndex(index),
      offset,
      installed,
    });

  test('goes on at the byte that is asked for, once for each reply, and resumes', () => {
    const node = sender();
    expect(node.one('send-checkpoint').offset).toBe(0);
    reply(node, 4);
    expect(node.one('send-checkpoint').offset).toBe(4);
    reply(node, 4);
    expect(node.all('send-checkpoint')).toEqual([]);
    reply(node, 0);
    expect(node.one('send-checkpoint').offset).toBe(0);
    reply(node, 99);
    expect(node.all('send-checkpoint')).toEqual([]);
  });

  test('a lost chunk is sent again when nothing was heard for two heartbeats', () => {
    const node = sender();
    reply(node, 4);
    node.wait(150);
    node.replyHeartbeat(3, 0);
    expect(node.all('send-checkpoint')).toEqual([]);
    node.wait(100);
    node.replyHeartbeat(3, 0);
    expect(node.one('send-checkpoint')).toMatchObject({ offset: 4, checkpoint: { index: 8 } });
  });

  test('entries follow when it is installed', () => {
    const node = sender();
    reply(node, 10, true);
    expect(node.sentOne('append-request', 3)).toMatchObject({ previous: at(8, 2) });
    expect(node.raft.progress()[1]).toMatchObject({ state: 'replicate', matchIndex: 8 });
    expect(node.raft.checkpointsInUse()).toEqual([]);
  });

  /** The heartbeats, 100 ms apart, after which the chunk is sent again. */
  function resends(node: Solo, heartbeats: number): number[] {
    return Array.from({ length: heartbeats }, (_, beat) => beat + 1).filter(() => {
      node.wait(100);
      node.replyHeartbeat(2, 0, 9);
      node.replyHeartbeat(3, 0);
      const [again] = node.all('send-checkpoint');
      expect(again?.checkpoint.index ?? 8).toBe(8);
      return again !== undefined;
    });
  }

  test('R40 one that is slower than new ones are made comes to its end', () => {
    const node = sender();
    const checkpoint = checkpointAt(9, 5);
    node.step({ type: 'checkpoint-saved', checkpoint, keepAfter: logIndex(8) });
    reply(node, 4);
    expect(node.one('send-checkpoint')).toMatchObject({ checkpoint: { index: 8 }, offset: 4 });
    // On a narrow link the chunk is only late: ever more rarely sent again, and of the same file.
    expect(resends(node, 100)).toEqual([2, 6, 14, 30, 62, 94]);
    expect(node.raft.checkpointsInUse()).toEqual([8]);
    reply(node, 8);
    expect(node.one('send-checkpoint')).toMatchObject({ checkpoint: { index: 8 }, offset: 8 });
    expect(resends(node, 3)).toEqual([2]);
  });

  test('a newer one takes over when the file of the older one is gone', () => {
    const node = sender();
    const gone = { type: 'checkpoint-gone', to: nodeId(3), index: logIndex(8) } as const;
    node.step(gone);
    expect(node.all('send-checkpoint')).toEqual([]);
    const checkpoint = checkpointAt(9, 5);
    node.step({ type: 'checkpoint-saved', checkpoint, keepAfter: logIndex(8) });
    node.step(gone);
    expect(node.one('send-checkpoint')).toMatchObject({ checkpoint: { index: 9 }, offset: 0 });
    node.step(gone);
    expect(node.all('send-checkpoint')).toEqual([]);
  });

  test('a follower that is away for long keeps no checkpoint from being removed', () => {
    const node = sender();
    for (let ms = 0; ms < 20_000; ms += 100) {
      expect(node.raft.checkpointsInUse()).toEqual([8]);
      node.wait(100);
      node.replyHeartbeat(2, 0, 9);
    }
    expect(node.raft.checkpointsInUse()).toEqual([]);
  });

  test('one that is behind the log in memory by then is followed by a newer one', () => {
    const node = sender();
    node.propose('"a":1');
    node.acknowledge(2, 10);
    const checkpoint = checkpointAt(10, 5);
    node.step({ type: 'checkpoint-saved', checkpoint, keepAfter: logIndex(9) });
    reply(node, 10, true);
    expect(node.one('send-checkpoint')).toMatchObject({ checkpoint: { index: 10 }, offset: 0 });
  });

  test('entries leave memory only as far as they are durable and in the checkpoint', () => {
    const node = new Solo({}, behind).elect(2);
    node.acknowledge(2, 9);
    const old = checkpointAt(4, 2);
    node.step({ type: 'checkpoint-saved', checkpoint: old, keepAfter: logIndex(8) });
    expect(node.raft.firstIndex).toBe(5);
    const checkpoint = checkpointAt(50, 5);
    const saved = { type: 'checkpoint-saved', checkpoint, keepAfter: logIndex(1) } as const;
    expect(() => node.step(saved)).toThrow(InvariantBroken);
  });
});
