/** How the cluster does, as small plots over what was seen. */
import { useMemo } from 'preact/hooks';
import type { Frame } from '../sources/source.js';
import { leadershipOf } from '../state/timeline.js';
import { cursor, frames, version } from '../state/store.js';

const WINDOW_MS = 60_000;
const POINTS = 120;

interface Series {
  readonly name: string;
  readonly unit: string;
  readonly why: string;
  readonly values: readonly number[];
}

export function Figures() {
  const series = useMemo(() => seriesOf(recent()), [version.value, cursor.value]);
  return (
    <div class="figures">
      {series.map((each) => (
        <Plot key={each.name} series={each} />
      ))}
    </div>
  );
}

function recent(): readonly Frame[] {
  const all = frames.value;
  const end = cursor.value ?? all.at(-1)?.sight.atMs ?? 0;
  return all.filter(({ sight }) => sight.atMs <= end && sight.atMs >= end - WINDOW_MS);
}

function seriesOf(all: readonly Frame[]): readonly Series[] {
  const step = Math.max(1, Math.floor(all.length / POINTS));
  const some = all.filter((_frame, at) => at % step === 0);
  const over = (value: (frame: Frame, before: Frame) => number): number[] =>
    some.slice(1).map((frame, at) => value(frame, some[at] ?? frame));
  const most = (
    frame: Frame,
    of: (sight: NonNullable<Frame['sight']['members'][number]['sight']>) => number,
  ): number =>
    Math.max(0, ...frame.sight.members.map(({ sight }) => (sight === undefined ? 0 : of(sight))));
  const rate =
    (of: (frame: Frame) => number) =>
    (frame: Frame, before: Frame): number =>
      Math.max(
        0,
        ((of(frame) - of(before)) * 1_000) / Math.max(1, frame.sight.atMs - before.sight.atMs),
      );
  const proxy = (frame: Frame) => frame.sight.proxies[0];
  return [
    {
      name: 'committed',
      unit: 'entries/s',
      why: 'what the whole cluster has agreed on',
      values: over(rate((frame) => most(frame, (sight) => sight.commitIndex))),
    },
    {
      name: 'commit',
      unit: 'ms',
      why: 'from the leader’s log to the disks of a majority, on average',
      values: commitTimes(some),
    },
    {
      name: 'reads',
      unit: '/s',
      why: 'answered through the proxy',
      values: over(rate((frame) => proxy(frame)?.reads ?? 0)),
    },
    {
      name: 'lag',
      unit: 'entries',
      why: 'the most that a running node has yet to apply',
      values: over((frame) => lagOf(frame)),
    },
    {
      name: 'queue',
      unit: 'requests',
      why: 'wait in the proxy for a leader',
      values: over((frame) => proxy(frame)?.queued ?? 0),
    },
    {
      name: 'term',
      unit: '',
      why: 'each step is an election',
      values: over((frame) => leadershipOf(frame).term),
    },
    {
      name: 'sync',
      unit: 'ms',
      why: 'how long the slowest node takes to make a write durable',
      values: over((frame) =>
        Math.max(0, ...frame.sight.members.map(({ figures }) => figures?.syncMs ?? 0)),
      ),
    },
    {
      name: 'in flight',
      unit: 'messages',
      why: 'on their way between processes',
      values: over((frame) => frame.sight.flights.length),
    },
  ];
}

/** Between two frames that were measured in; where nothing was, it stays as it was. */
function commitTimes(all: readonly Frame[]): number[] {
  let last = 0;
  return all.slice(1).map((frame, at) => {
    const before = new Map(all[at]?.sight.members.map(({ node, figures }) => [node, figures]));
    const steps = frame.sight.members.flatMap(({ node, figures }) => {
      const commits = (figures?.commits ?? 0) - (before.get(node)?.commits ?? 0);
      const ms = (figures?.commitMs ?? 0) - (before.get(node)?.commitMs ?? 0);
      return commits > 0 ? [{ commits, ms }] : [];
    });
    const commits = steps.reduce((sum, step) => sum + step.commits, 0);
    if (commits > 0) last = steps.reduce((sum, step) => sum + step.ms, 0) / commits;
    return last;
  });
}

function lagOf({ sight }: Frame): number {
  const running = sight.members
    .filter(({ state }) => state === 'up')
    .flatMap(({ sight: own }) => own ?? []);
  const newest = Math.max(0, ...running.map(({ commitIndex }) => commitIndex));
  return Math.max(0, ...running.map(({ appliedIndex }) => newest - appliedIndex));
}

function Plot({ series: { name, unit, why, values } }: { series: Series }) {
  const top = Math.max(1, ...values);
  const width = Math.max(1, values.length - 1);
  const points = values.map(
    (value, at) => `${((at / width) * 100).toFixed(2)},${(30 - (value / top) * 28).toFixed(2)}`,
  );
  const now = values.at(-1) ?? 0;
  const shown = now >= 100 ? now.toFixed(0) : now.toFixed(now % 1 === 0 ? 0 : 1);
  return (
    <figure>
      <figcaption>
        <b>{name}</b>
        <output>{`${shown} ${unit}`}</output>
        <small>{why}</small>
      </figcaption>
      <svg
        viewBox="0 0 100 32"
        preserveAspectRatio="none"
        role="img"
        aria-label={`${name}: now ${shown} ${unit}, at most ${top.toFixed(1)} in the last minute`}
      >
        <polyline class="area" points={`0,31 ${points.join(' ')} 100,31`} />
        <polyline class="line" points={points.join(' ')} />
      </svg>
    </figure>
  );
}
