/** A run as a picture: what each node was, and what was done, over time. SVG without anything from outside. */
import type { Moment, MomentKind, PerformanceRecord, Span } from '../language/index.js';
import { shownMs } from './evidence.js';
import { escaped } from './markup.js';
import type { Phrases } from './phrases.js';

const WIDTH = 960;
const LEFT = 90;
const RIGHT = 16;
const TOP = 34;
const LANE = 34;
const BAR = 20;
const TICKS = 8;

const MARKS: Readonly<Record<MomentKind, string>> = {
  kill: '✕',
  start: '▲',
  pause: '❙❙',
  fault: '↯',
  write: '●',
  read: '○',
};

type Scale = (atMs: number) => number;

export function timelineSvg(run: PerformanceRecord, phrases: Phrases): string {
  const { names, spans, moments, steps, tookMs } = run;
  const scale: Scale = (atMs) => LEFT + (atMs / Math.max(1, tookMs)) * (WIDTH - LEFT - RIGHT);
  const lanes = [phrases.clients, ...names];
  const bottom = TOP + lanes.length * LANE;
  const laneOf = (name: string): number => TOP + Math.max(0, names.indexOf(name) + 1) * LANE;
  const parts = [
    ...steps.map(({ beganMs }, i) => stepMark(i + 1, scale(beganMs), bottom)),
    ...lanes.map((name, i) => label(name, TOP + i * LANE)),
    ...spans.map((span) => bar(span, laneOf(span.name), scale, phrases)),
    ...moments.map((moment) => mark(moment, laneOf(laneNameOf(moment)), scale)),
    ...ticks(tookMs, scale, bottom),
  ];
  const title = `${phrases.timeline}: ${run.scenario}`;
  return [
    `<svg class="timeline" viewBox="0 0 ${WIDTH} ${bottom + 30}" role="img" aria-label="${escaped(title)}">`,
    `<title>${escaped(title)}. ${escaped(phrases.legend)}</title>`,
    ...parts,
    '</svg>',
  ].join('\n');
}

/** Calls stand in the clients' lane, whomever they asked. */
function laneNameOf({ kind, name }: Moment): string {
  return kind === 'write' || kind === 'read' ? '' : name;
}

function label(name: string, y: number): string {
  return `<text class="name" x="8" y="${y + BAR - 4}">${escaped(name)}</text>`;
}

function stepMark(number: number, x: number, bottom: number): string {
  return (
    `<line class="step" x1="${fixed(x)}" x2="${fixed(x)}" y1="${TOP - 10}" y2="${bottom}"/>` +
    `<text class="number" x="${fixed(x + 3)}" y="${TOP - 14}">${number}</text>`
  );
}

function bar(span: Span, y: number, scale: Scale, { term, down }: Phrases): string {
  const x = scale(span.fromMs);
  const width = Math.max(1, scale(span.toMs) - x);
  const said = span.state === 'up' ? `${span.role}, ${term} ${span.term}` : wordOf(span, down);
  const times = `${shownMs(span.fromMs)} – ${shownMs(span.toMs)}`;
  const title = `<title>${escaped(`${span.name}: ${said}, ${times}`)}</title>`;
  if (span.state !== 'up') {
    const middle = fixed(y + BAR / 2);
    return `<line class="${span.state}" x1="${fixed(x)}" x2="${fixed(x + width)}" y1="${middle}" y2="${middle}">${title}</line>`;
  }
  const height = span.role === 'leader' ? BAR : span.role === 'follower' ? 6 : 12;
  const top = fixed(y + (BAR - height) / 2);
  const rect = `<rect class="t${span.term % 6}" x="${fixed(x)}" y="${top}" width="${fixed(width)}" height="${height}" rx="3">${title}</rect>`;
  if (span.role !== 'leader' || width < 60) return rect;
  return `${rect}<text class="on" x="${fixed(x + 6)}" y="${y + BAR - 6}">★ ${escaped(term)} ${span.term}</text>`;
}

function wordOf({ state }: Span, down: string): string {
  return state === 'down' ? down : state;
}

function mark({ kind, atMs, text, ok }: Moment, y: number, scale: Scale): string {
  const title = `<title>${escaped(`${shownMs(atMs)}: ${text}`)}</title>`;
  const x = fixed(scale(atMs));
  return `<text class="mark ${ok ? kind : 'wrong'}" x="${x}" y="${y + BAR - 4}">${MARKS[kind]}${title}</text>`;
}

function ticks(tookMs: number, scale: Scale, bottom: number): readonly string[] {
  return Array.from({ length: TICKS + 1 }, (_, i) => {
    const atMs = (tookMs * i) / TICKS;
    return `<text class="tick" x="${fixed(scale(atMs))}" y="${bottom + 18}">${shownMs(atMs)}</text>`;
  });
}

function fixed(value: number): string {
  return value.toFixed(1);
}
