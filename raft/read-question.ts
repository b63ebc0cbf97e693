/**
 * Reads on a follower: it asks the leader for its commit index, once for all reads that came in while
 * the question before was under way (dissertation, 6.4).
 */
import type { Core } from './core.js';
import type { Message } from './types.js';
import { mark } from './words.js';

export function askRead(core: Core, read: number): void {
  const { questions } = core;
  if (core.leader === null) {
    core.emit({ type: 'read-failed', id: read, reason: 'no-leader' });
    return;
  }
  questions.waiting.push(read);
  if (questions.open.length === 0) sendQuestion(core);
}

/** Every question has a number of its own, also when it only repeats one (rule 29). */
function sendQuestion(core: Core): void {
  const { questions, leader, term } = core;
  if (leader === null) return;
  if (questions.open.length === 0) questions.silentSince = core.now;
  const id = questions.nextId;
  questions.nextId = core.rules.nextQuestion(id);
  questions.open.push({ id, reads: questions.waiting });
  questions.waiting = [];
  questions.sentAt = core.now;
  core.send(leader, { type: 'read-index-request', term, id });
}

export function repeatDue(core: Core): number {
  const { questions, config } = core;
  return questions.open.length === 0 ? Infinity : questions.sentAt + config.heartbeatMs;
}

/**
 * A question or its answer may be lost: a new one speaks for the old one's reads as well. A leader that
 * is heard, and hears nothing, answers none for ever: whoever asked takes its reads back then, and may
 * ask again for those that are still wanted.
 */
export function repeatQuestion(core: Core): void {
  if (core.now < repeatDue(core)) return;
  if (core.now - core.questions.silentSince >= core.config.electionTimeoutMsMax) {
    const leader = core.leader === null ? 'the leader' : mark(core.leader);
    core.decide(`takes its reads back: ${leader} has not answered for an election timeout`);
    failReads(core, 'leader-changed');
  } else {
    sendQuestion(core);
  }
}

/** An answer holds for every read that was asked before the question was sent. */
export function onReadIndexReply(
  core: Core,
  { id, index }: Message & { type: 'read-index-reply' },
): void {
  const { questions } = core;
  if (id >= questions.nextId) return;
  const answered = questions.open.filter((question) => question.id <= id);
  if (answered.length === 0) return;
  questions.silentSince = core.now;
  questions.open = questions.open.filter((question) => question.id > id);
  for (const { reads } of answered) {
    for (const read of reads) {
      if (index === null) core.emit({ type: 'read-failed', id: read, reason: 'leader-changed' });
      else core.emit({ type: 'read-ready', id: read, index });
    }
  }
  if (questions.open.length === 0 && questions.waiting.length > 0) sendQuestion(core);
}

export function failReads(core: Core, reason: 'no-leader' | 'leader-changed'): void {
  const { questions } = core;
  if (questions.open.length === 0 && questions.waiting.length === 0) return;
  const reads = [...questions.open.flatMap((question) => question.reads), ...questions.waiting];
  questions.open = [];
  questions.waiting = [];
  for (const id of reads) core.emit({ type: 'read-failed', id, reason });
}
