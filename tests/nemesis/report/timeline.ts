/** The run as a picture: latency and throughput over time, and below it what was done to the system. */
import type { FaultEvent } from '../faults/campaign.js';
import type { Slice } from './series.js';

const WIDTH = 1_400;
const LEFT = 110;
const RIGHT = 20;
const LATENCY_TOP = 50;
const LATENCY_HEIGHT = 220;
const RATE_TOP = LATENCY_TOP + LATENCY_HEIGHT + 40;
const RATE_HEIGHT = 110;
const ROWS_TOP = RATE_TOP + RATE_HEIGHT + 50;
const ROW_HEIGHT = 18;
const LATENCY_MS_MIN = 0.5;
const LATENCY_MS_MAX = 20_000;
const DECADES_MS = [1, 10, 100, 1_000, 10_000];

const COLOUR = {
  median: '#1769aa',
  worst: '#c4511d',
  ok: '#2e7d32',
  failed: '#b00020',
  bar: '#7b4fa3',
};

export interface Timeline {
  readonly title: string;
  readonly slices: readonly Slice[];
  readonly sliceMs: number;
  readonly events: readonly FaultEvent[];
  /** When the first slice begins, on the events' clock. */
  readonly startMs: number;
}

export function timelineSvg(timeline: Timeline): string {
  const kinds = [...new Set(timeline.events.map(({ kind }) => kind))].sort();
  const height = ROWS_TOP + kinds.length * ROW_HEIGHT + 40;
  const lengthMs = timeline.slices.length * timeline.sliceMs;
  const x = (ms: number): number => LEFT + (ms / lengthMs) * (WIDTH - LEFT - RIGHT);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    text(LEFT, 20, timeline.title, 'start', 15),
    ...secondsAxis(lengthMs, height, x),
    ...latencyPanel(timeline, x),
    ...ratePanel(timeline, x),
    ...kinds.flatMap((kind, row) => faultRow(timeline, kind, row, x)),
    '</svg>',
    '',
  ].join('\n');
}

type Scale = (ms: number) => number;

function latencyPanel({ slices }: Timeline, x: Scale): string[] {
  const y = (ms: number): number => {
    const share =
      Math.log(Math.max(ms, LATENCY_MS_MIN) / LATENCY_MS_MIN) /
      Math.log(LATENCY_MS_MAX / LATENCY_MS_MIN);
    return round(LATENCY_TOP + LATENCY_HEIGHT * (1 - Math.min(1, share)));
  };
  const points = (pick: (slice: Slice) => number): string =>
    slices
      .filter(({ ok }) => ok > 0)
      .map((slice) => `${round(x(slice.atMs))},${y(pick(slice))}`)
      .join(' ');
  return [
    text(LEFT, LATENCY_TOP - 8, 'latency of answered calls, ms: worst and median', 'start'),
    ...DECADES_MS.flatMap((ms) => [
      line(LEFT, y(ms), WIDTH - RIGHT, y(ms), '#dddddd'),
      text(LEFT - 8, y(ms) + 4, String(ms), 'end'),
    ]),
    polyline(
      points(({ worstMs }) => worstMs),
      COLOUR.worst,
    ),
    polyline(
      points(({ medianMs }) => medianMs),
      COLOUR.median,
    ),
  ];
}

function ratePanel({ slices, sliceMs }: Timeline, x: Scale): string[] {
  const most = Math.max(1, ...slices.map(({ ok, failed, unknown }) => ok + failed + unknown));
  const perSecond = (count: number): number => (count * 1_000) / sliceMs;
  const y = (count: number): number => round(RATE_TOP + RATE_HEIGHT * (1 - count / most));
  const points = (pick: (slice: Slice) => number): string =>
    slices.map((slice) => `${round(x(slice.atMs))},${y(pick(slice))}`).join(' ');
  return [
    text(LEFT, RATE_TOP - 8, 'calls a second: answered, and not done or unknown', 'start'),
    line(LEFT, y(0), WIDTH - RIGHT, y(0), '#999999'),
    text(LEFT - 8, RATE_TOP + 10, String(Math.round(perSecond(most))), 'end'),
    text(LEFT - 8, RATE_TOP + RATE_HEIGHT, '0', 'end'),
    polyline(
      points(({ ok }) => ok),
      COLOUR.ok,
    ),
    polyline(
      points(({ failed, unknown }) => failed + unknown),
      COLOUR.failed,
    ),
  ];
}

function faultRow(timeline: Timeline, kind: string, row: number, x: Scale): string[] {
  const top = ROWS_TOP + row * ROW_HEIGHT;
  const bars = timeline.events
    .filter((event) => event.kind === kind)
    .map(({ text: what, fromMs, toMs }) => {
      const from = x(fromMs - timeline.startMs);
      const width = Math.max(1.5, x(toMs - timeline.startMs) - from);
      return (
        `<rect x="${round(from)}" y="${top}" width="${round(width)}" height="${ROW_HEIGHT - 5}" ` +
        `fill="${COLOUR.bar}" fill-opacity="0.75"><title>${escape(`${kind}: ${what}`)}</title></rect>`
      );
    });
  return [text(LEFT - 8, top + 11, kind, 'end'), ...bars];
}

function secondsAxis(lengthMs: number, height: number, x: Scale): string[] {
  const step = [5, 10, 30, 60, 300, 600, 1_800].find((s) => lengthMs / 1_000 / s <= 24) ?? 3_600;
  const count = Math.floor(lengthMs / 1_000 / step) + 1;
  return Array.from({ length: count }, (_, i) => i * step).flatMap((s) => [
    line(round(x(s * 1_000)), LATENCY_TOP, round(x(s * 1_000)), height - 30, '#eeeeee'),
    text(round(x(s * 1_000)), height - 14, `${s} s`, 'middle'),
  ]);
}

const polyline = (points: string, colour: string): string =>
  `<polyline points="${points}" fill="none" stroke="${colour}" stroke-width="1.2"/>`;

const line = (x1: number, y1: number, x2: number, y2: number, colour: string): string =>
  `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="${colour}"/>`;

function text(x: number, y: number, what: string, anchor: string, size = 12): string {
  return `<text x="${x}" y="${y}" text-anchor="${anchor}" font-size="${size}">${escape(what)}</text>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escape(what: string): string {
  return what.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
