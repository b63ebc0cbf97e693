/** The playground, in a thread of its own: production's replica, router and session in simulated time. */
import { decodeScript, encodeScript, Playground } from '#simulator/playground';
import { performLesson } from './lesson.js';
import type { FromWorker, Question, ToWorker } from './messages.js';
import { resolveRules } from './rules.js';
import { Tape } from './tape.js';

/** The worker's side of the thread; the types at hand are a window's. */
const thread = self as unknown as Pick<Worker, 'onmessage' | 'postMessage'>;

const FRAME_MS = 40;
/** A tab that slept does not make up for it. */
const BEHIND_MS_MAX = 250;
const KEYS_MAX = 200;

let playground: Playground | null = null;
let tape: Tape | null = null;
let speed = 0;
let lastAt = performance.now();
let lastEvents = -1;
let lastMs = -1;
let told = 0;
let calls = '';

thread.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  try {
    take(data);
  } catch (error) {
    post({ type: 'trouble', text: textOf(error) });
  }
};

setInterval(() => {
  const now = performance.now();
  const passed = Math.min(now - lastAt, BEHIND_MS_MAX);
  lastAt = now;
  if (playground === null || speed === 0) return;
  try {
    if (tape === null) playground.advance(passed * speed);
    else if (tape.advance(playground, passed * speed)) {
      speed = 0;
      show();
      post({ type: 'held' });
    }
  } catch (error) {
    speed = 0;
    post({ type: 'trouble', text: textOf(error) });
  }
  show();
}, FRAME_MS);

function take(message: ToWorker): void {
  switch (message.type) {
    case 'lesson': {
      const { steps, script } = performLesson(message.name, message.text, message.ruleOff);
      begin(new Playground(script.start, resolveRules));
      tape = new Tape(script);
      post({ type: 'lesson', steps });
      return;
    }
    case 'play-to':
      playTo(message.fromMs, message.toMs);
      return;
    case 'start':
      begin(new Playground(message.start, resolveRules));
      return;
    case 'load': {
      const script = decodeScript(message.link);
      begin(Playground.replay(script, script.events, resolveRules));
      return;
    }
    case 'play':
      ({ speed } = message);
      lastAt = performance.now();
      return;
    case 'step':
      playground?.step();
      show();
      return;
    case 'ask':
      answer(message.id, message.question);
  }
}

/** Anew if that has passed already: then what came before is done at once. */
function playTo(fromMs: number, toMs: number): void {
  if (tape === null || playground === null) return;
  if (playground.atMs > fromMs + 1) {
    const { script } = tape;
    begin(new Playground(script.start, resolveRules));
    tape = new Tape(script);
  }
  tape.holdMs = fromMs;
  if (playground.atMs < fromMs) tape.advance(playground, fromMs - playground.atMs);
  tape.holdMs = toMs;
  show();
}

function begin(next: Playground): void {
  playground = next;
  tape = null;
  told = 0;
  lastEvents = -1;
  calls = '';
  post({ type: 'restarted' });
  show();
}

function show(): void {
  if (playground === null) return;
  const { events, atMs } = playground;
  if (events === lastEvents && atMs === lastMs) return;
  lastEvents = events;
  lastMs = atMs;
  const lines = playground.feed(told);
  told += lines.length;
  const nowCalls = playground.calls().slice(-CALLS_SHOWN);
  const asText = nowCalls.map(({ call, outcome }) => `${String(call)}${outcome}`).join();
  const changed = asText === calls ? null : nowCalls;
  calls = asText;
  post({ type: 'frame', sight: playground.sight(), events, said: told, lines, calls: changed });
}

const CALLS_SHOWN = 30;

function answer(id: number, question: Question): void {
  if (playground === null) return;
  try {
    post({ type: 'answer', id, answer: answerTo(playground, question) });
  } catch (error) {
    post({ type: 'refused', id, reason: textOf(error) });
  }
}

function answerTo(world: Playground, question: Question): unknown {
  switch (question.type) {
    case 'act': {
      // From here on it is no lesson any more.
      tape = null;
      const result = world.act(question.act);
      show();
      return result;
    }
    case 'keys':
      return keysOf(world, question.node, question.prefix);
    case 'versions':
      return world.history(bestNode(world), question.key).map(({ revision, value }) => {
        return { key: question.key, value, modRevision: revision, version: 0 };
      });
    case 'files':
      return world.files(question.node);
    case 'read-file':
      return world.readFile(question.node, question.path);
    case 'fork':
      fork(world, question.events);
      return null;
    case 'script':
      return { script: world.script, link: encodeScript(world.script), hash: world.hash() };
  }
}

function keysOf(world: Playground, node: number, prefix: string) {
  const from = node === 0 ? bestNode(world) : node;
  return world
    .keys(from, 0)
    .filter(({ key }) => key.startsWith(prefix))
    .slice(0, KEYS_MAX);
}

/** The one that knows most. */
function bestNode(world: Playground): number {
  const sights = world.sight(0).members.map(({ node, sight }) => [node, sight?.appliedIndex ?? 0]);
  const [best = [0, 0]] = sights.sort(([, one = 0], [, other = 0]) => other - one);
  return best[0] ?? 0;
}

/** From there on it is another story: what was done later is forgotten. */
function fork(world: Playground, events: number): void {
  begin(Playground.replay(world.script, events, resolveRules));
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function post(message: FromWorker): void {
  thread.postMessage(message);
}
