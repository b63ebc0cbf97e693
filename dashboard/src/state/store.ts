/** All that the views show, as signals; and what they do. */
import { batch, computed, signal } from '@preact/signals';
import type { FeedLine } from '#rpc/generated/relevo/v1/sight';
import type { Act, CallSight, Start } from '#simulator/playground';
import { LiveSource } from '../sources/live-source.js';
import { PlaygroundSource, type Beginning } from '../sources/playground-source.js';
import { openRecording, recordingText } from '../sources/recording-source.js';
import type { LessonStep } from '../sources/messages.js';
import type { ActAnswer, Frame, Playable, Source, SourceEvents } from '../sources/source.js';
import { Timeline } from './timeline.js';

export type View = 'cluster' | 'data' | 'figures' | 'lessons';

export const SPEEDS = [0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 5] as const;
export const STANDARD_START: Start = { seed: 7, nodes: 3, linkMs: 60, diskMs: 8 };

const timeline = new Timeline();
export const source = signal<Source | null>(null);
export const kind = computed(() => source.value?.kind ?? null);
/** Counts what was added to the timeline. */
export const version = signal(0);
/** Where one looks, ms of the source; null: at what is newest. */
export const cursor = signal<number | null>(null);
export const isPlaying = signal(true);
export const speed = signal<(typeof SPEEDS)[number]>(0.25);
export const trouble = signal<string | null>(null);
export const said = signal<string | null>(null);
export const view = signal<View>('cluster');
export const selected = signal<number>(0);
export const calls = signal<readonly CallSight[]>([]);
export const isHelpOpen = signal(false);
export const hasLive = signal(false);

export interface OpenLesson {
  readonly name: string;
  readonly text: string;
  readonly ruleOff: boolean;
  /** Empty until it was performed. */
  readonly steps: readonly LessonStep[];
  /** Of them; -1: before the first. */
  readonly at: number;
}

export const lesson = signal<OpenLesson | null>(null);

const tokenKey = 'relevo-token';

/** Copies: the same array with more in it would not be told apart. */
const asOfNow = <Value>(read: () => Value) =>
  computed(() => (version.value >= 0 ? read() : read()));
export const frames = asOfNow(() => [...timeline.frames]);
/** In order of time: what several nodes tell comes in their order. */
export const lines = asOfNow(() => [...timeline.lines].sort((one, other) => one.atMs - other.atMs));
export const reigns = asOfNow(() => [...timeline.reigns]);
export const marks = asOfNow(() => timeline.marks());

export const frame = computed<Frame | null>(() => {
  const all = frames.value;
  const at = cursor.value;
  if (all.length === 0) return null;
  return (at === null ? all.at(-1) : all[timeline.at(at)]) ?? null;
});

/** Lines up to the moment that is looked at. */
export const shownLines = computed<readonly FeedLine[]>(() => {
  const at = cursor.value;
  return at === null ? lines.value : lines.value.filter(({ atMs }) => atMs <= at);
});

export const names = computed<ReadonlyMap<number, string>>(() => {
  const members = frame.value?.sight.members ?? [];
  return new Map(members.map(({ node, name }) => [node, name]));
});

export function nameOf(node: number): string {
  return names.value.get(node) ?? `#${String(node)}`;
}

const events: SourceEvents = {
  frame(next) {
    timeline.add(next);
    version.value += 1;
  },
  lines(more) {
    timeline.say(more);
  },
  restarted() {
    batch(() => {
      timeline.clear();
      calls.value = [];
      cursor.value = null;
      version.value += 1;
    });
  },
  trouble(text) {
    trouble.value = text;
  },
  calls(all) {
    calls.value = all;
  },
  lesson(steps) {
    if (lesson.value !== null) lesson.value = { ...lesson.value, steps };
    showStep(0);
  },
  held() {
    isPlaying.value = false;
  },
};

/** Plays one step of the lesson from its beginning. */
export function showStep(at: number): void {
  const open = lesson.value;
  const step = open?.steps[at];
  if (open === null || step === undefined) return;
  lesson.value = { ...open, at };
  cursor.value = null;
  playable()?.playTo(step.beganMs, step.endedMs);
  isPlaying.value = true;
  tellPace();
}

export function openLesson(name: string, text: string, ruleOff: boolean): void {
  lesson.value = { name, text, ruleOff, steps: [], at: -1 };
  openPlayground({ lesson: { name, text, ruleOff } });
  view.value = 'cluster';
}

function use(next: Source): void {
  batch(() => {
    source.value = next;
    cursor.value = null;
    trouble.value = null;
    isPlaying.value = true;
  });
  tellPace();
}

/** The token comes behind the # of the address, is kept for this tab, and leaves the address. */
function takeToken(): string | null {
  const given = new URLSearchParams(location.hash.slice(1)).get('token');
  if (given !== null) {
    sessionStorage.setItem(tokenKey, given);
    history.replaceState(null, '', location.pathname);
  }
  return sessionStorage.getItem(tokenKey);
}

/** A link's story, else the running cluster, else the playground. */
export async function open(): Promise<void> {
  const link = new URLSearchParams(location.hash.slice(1)).get('s');
  const token = takeToken();
  if (link !== null) {
    openPlayground({ link });
    isPlaying.value = false;
    tellPace();
    void fetch('/api/about').then(
      ({ ok }) => (hasLive.value = ok),
      () => undefined,
    );
    return;
  }
  try {
    await openLive(token);
  } catch {
    openPlayground({ start: STANDARD_START });
  }
}

export async function openLive(token = sessionStorage.getItem(tokenKey)): Promise<void> {
  const live = await LiveSource.open(token, events);
  source.value?.close();
  events.restarted();
  hasLive.value = true;
  use(live);
}

export function openPlayground(from: Beginning): void {
  if (!('lesson' in from)) lesson.value = null;
  source.value?.close();
  events.restarted();
  use(new PlaygroundSource(from, events));
}

export function openRecorded(text: string): void {
  const next = openRecording(text, events);
  source.value?.close();
  use(next);
  cursor.value = timeline.frames[0]?.sight.atMs ?? null;
}

export function recording(): string {
  return recordingText(timeline.frames, timeline.lines);
}

/** What the running cluster is now goes on in the playground. */
export async function forkLive(): Promise<void> {
  const live = source.value;
  const now = frame.value;
  if (!(live instanceof LiveSource) || now === null) return;
  say('reading the data files of every node …');
  const files = await live.forkedNodes(now.sight).catch((error: unknown) => {
    say(`the files could not be read: ${error instanceof Error ? error.message : String(error)}`);
    return null;
  });
  if (files === null) return;
  openPlayground({ start: { ...STANDARD_START, nodes: files.length, files } });
  say('this is the playground now: what you do here happens to nobody');
}

export function playable(): Playable | null {
  const now = source.value;
  return now?.kind === 'playground' ? (now as Playable) : null;
}

/** Acts on what is looked at; in the playground's past that begins another story. */
export async function act(what: Act): Promise<ActAnswer> {
  const now = source.value;
  if (now === null) return { ok: false, reason: 'there is no cluster' };
  if (now.readOnly !== null) return refusedHere(now.readOnly);
  const at = cursor.value;
  if (at !== null && now.kind === 'live') {
    return refusedHere('disks can not go back: press l for live, or f to fork into the playground');
  }
  if (at !== null) await forkHere();
  const answer = await now
    .act(what)
    .catch((error: unknown) => ({ ok: false, reason: String(error) }));
  if (!answer.ok) say(answer.reason ?? 'it was not done');
  return answer;
}

export async function forkHere(): Promise<void> {
  const world = playable();
  const here = frame.value;
  if (world === null || here === null || cursor.value === null) return;
  await world.forkAt(here.events);
  say('another story begins here');
}

function refusedHere(reason: string): ActAnswer {
  say(reason);
  return { ok: false, reason };
}

let forgetting: ReturnType<typeof setTimeout> | undefined;

export function say(text: string): void {
  said.value = text;
  clearTimeout(forgetting);
  forgetting = setTimeout(() => (said.value = null), 6_000);
}

export function tellPace(): void {
  playable()?.play(isPlaying.value && cursor.value === null ? speed.value : 0);
}

export function togglePlay(): void {
  if (cursor.value !== null) goLive();
  else isPlaying.value = !isPlaying.value;
  tellPace();
}

export function setSpeed(next: number): void {
  speed.value = SPEEDS.find((each) => each >= next) ?? 1;
  tellPace();
}

export function shiftSpeed(by: number): void {
  const at = SPEEDS.indexOf(speed.value) + by;
  setSpeed(SPEEDS[Math.max(0, Math.min(SPEEDS.length - 1, at))] ?? 1);
}

export function goLive(): void {
  cursor.value = null;
  tellPace();
}

/** By frames; beyond the newest one it is live again. */
export function shiftCursor(by: number): void {
  const all = frames.value;
  const at = cursor.value === null ? all.length - 1 : timeline.at(cursor.value);
  const next = at + by;
  if (next >= all.length) {
    if (by > 0 && cursor.value === null) playable()?.step();
    else goLive();
    return;
  }
  isPlaying.value = false;
  look(all[Math.max(0, next)]?.sight.atMs ?? 0);
}

export function look(atMs: number): void {
  cursor.value = atMs;
  tellPace();
}

export async function shareLink(): Promise<{ readonly url: string; readonly hash: string } | null> {
  const world = playable();
  if (world === null) return null;
  const { link, hash } = await world.script();
  return { url: `${location.origin}${location.pathname}#s=${link}`, hash };
}
