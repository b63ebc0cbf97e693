/** A counter-example in words: each step on a line, and below it what the core said and sent. */
import type { Effect, Entry, LogPosition, Message } from '#raft';
import type { Found, Stage } from './search.js';
import type { Happening, Steps } from './steps.js';
import type { World } from './world.js';
import type { Worlds } from './worlds.js';

export function traceOf(worlds: Worlds, { way, violation }: Found): string[] {
  const lines = ['three nodes have just started'];
  const before = way[0]?.world;
  if (before !== undefined) lines.push(...standing(worlds.steps, before));
  for (const [at, stage] of way.entries()) lines.push(...stageText(worlds.steps, stage, at + 1));
  const last = way[way.length - 1];
  if (last !== undefined) {
    lines.push('before that last step', ...standing(worlds.steps, last.world));
  }
  lines.push(`broken: ${violation?.message ?? 'nothing'}`);
  return lines;
}

function stageText(steps: Steps, { world, move }: Stage, number: number): string[] {
  const place = `${String(number).padStart(3)}. `;
  const { step, letter, kept } = move;
  if (step === null) return [`${place}lost: ${letterText(steps, letter)}`];
  const node = steps.nodes.get(world.nodes[move.node as 0 | 1 | 2]);
  const stays = kept ? ' (a copy of it stays on its way)' : '';
  const lines = [`${place}node ${node.id}: ${happeningText(step.happening)}${stays}`];
  try {
    for (const effect of steps.tell(node, step.happening).effects) {
      const text = effectText(effect);
      if (text !== null) lines.push(`       ${text}`);
    }
  } catch (error) {
    lines.push(`       stops: ${String(error)}`);
  }
  return lines;
}

function letterText(steps: Steps, number: number): string {
  const { from, to, message } = steps.letters.get(number);
  return `${messageText(message)} from ${from} to ${to}`;
}

function happeningText(happening: Happening): string {
  switch (happening.kind) {
    case 'message': {
      const { letter, moment } = happening;
      const late = moment === 'silence' ? ', after a long silence' : '';
      return `takes ${messageText(letter.message)} of node ${letter.from}${late}`;
    }
    case 'timeout':
      return 'its timer expires';
    case 'heartbeat':
      return 'its heartbeat is due';
    case 'proposal':
      return 'a client proposes a command';
    case 'vote written':
      return 'its vote record is durable';
    case 'log written':
      return `${happening.writes} write(s) of its log are durable`;
    case 'crash': {
      const { voteToo, writes, commit } = happening;
      const kept = [
        ...(voteToo ? ['the vote being written'] : []),
        ...(writes > 0 ? [`the first ${writes} write(s) of its log under way`] : []),
      ];
      const also = kept.length > 0 ? `; ${kept.join(' and ')} had reached the disk` : '';
      const noted = commit > 0 ? `; entries to ${commit} are noted as committed` : '';
      return `crashes, and starts from its disk${also}${noted}`;
    }
  }
}

const position = ({ index, term }: LogPosition): string => `${index}/${term}`;
const entryText = ({ index, term, body }: Entry): string =>
  `${index}/${term}${body.kind === 'empty' ? ' empty' : ''}`;

function effectText(effect: Effect): string | null {
  switch (effect.type) {
    case 'decision':
      return effect.text;
    case 'send':
      return `sends ${messageText(effect.message)} to ${effect.to}`;
    case 'persist-vote': {
      const { term, votedFor } = effect.vote;
      return `writes term ${term}, vote for ${votedFor ?? 'nobody'}`;
    }
    case 'append-log':
      return `writes ${effect.entries.map(entryText).join(', ')}`;
    case 'truncate-log':
      return `cuts its log from entry ${effect.from} on`;
    case 'commit':
      return `commits to ${effect.index}`;
    default:
      return null;
  }
}

/** Positions are written index/term. */
function messageText(message: Message): string {
  const { type, term } = message;
  const name = `${type} (term ${term}`;
  switch (message.type) {
    case 'pre-vote-request':
    case 'vote-request':
      return `${name}, last ${position(message.last)})`;
    case 'pre-vote-reply':
    case 'vote-reply':
      return `${name}, ${message.granted ? 'granted' : 'refused'})`;
    case 'append-request': {
      const entries = message.entries.map(entryText).join(', ') || 'none';
      const { previous, commitIndex } = message;
      return `${name}, after ${position(previous)}: ${entries}; commit ${commitIndex})`;
    }
    case 'append-reply':
      if (message.success) return `${name}, has to ${message.matchIndex})`;
      return `${name}, refuses ${message.refusedIndex}, has perhaps ${position(message.hint)})`;
    case 'heartbeat-request':
      return `${name}, commit ${message.commitIndex})`;
    case 'heartbeat-reply':
      return `${name}, has to ${message.matchIndex})`;
    default:
      return `${name})`;
  }
}

function standing(steps: Steps, world: World): string[] {
  return world.nodes.map((number) => {
    const { id, core, disk } = steps.nodes.get(number);
    const { vote } = disk;
    const log = core.log.entries.map((entry) => entry.term).join(' ') || 'empty';
    const kept = disk.entries.map((entry) => entry.term).join(' ') || 'empty';
    return (
      `     node ${id}: ${core.role} in term ${core.outbox.current.term}, log ${log}, ` +
      `commit ${core.commitIndex}; on disk: term ${vote.term}, ` +
      `vote for ${vote.votedFor ?? 'nobody'}, log ${kept}`
    );
  });
}
