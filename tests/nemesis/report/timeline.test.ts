import type { RecordedCall } from '../load/record.js';
import { slicesOf } from './series.js';
import { timelineSvg } from './timeline.js';

function answered(
  invokedAt: number,
  returnedAt: number,
  outcome: RecordedCall['outcome'] = 'ok',
): RecordedCall {
  const action = { kind: 'delete', subject: 'k' } as const;
  return {
    caller: 1,
    action,
    invokedAt,
    returnedAt,
    outcome,
    code: '',
    requestId: '',
    answer: null,
  };
}

describe('R67 the picture of a run', () => {
  const calls = [answered(1_000, 1_010), answered(1_020, 1_050), answered(1_090, 1_190, 'unknown')];
  const slices = slicesOf(calls, 1_000, 1_200, 100);

  test('slices hold what came back in them', () => {
    expect(slices).toEqual([
      { atMs: 0, ok: 2, failed: 0, unknown: 0, medianMs: 30, worstMs: 30 },
      { atMs: 100, ok: 0, failed: 0, unknown: 1, medianMs: 0, worstMs: 0 },
    ]);
  });

  test('each kind of fault has a row, and its victims a title that can be read', () => {
    const svg = timelineSvg({
      title: 'Nemesis',
      slices,
      sliceMs: 100,
      startMs: 1_000,
      events: [
        { kind: 'kill', text: 'ada', fromMs: 1_020, toMs: 1_080 },
        { kind: 'partition', text: 'ada <-> bob & cy', fromMs: 1_100, toMs: 1_190 },
      ],
    });
    expect(svg.match(/<title>[^<]*<\/title>/g)).toEqual([
      '<title>kill: ada</title>',
      '<title>partition: ada &lt;-&gt; bob &amp; cy</title>',
    ]);
    expect(svg).not.toContain('NaN');
    expect(svg.trimEnd().endsWith('</svg>')).toBe(true);
  });
});
