import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LogReader } from './log-reader.js';

describe('a log that is read on', () => {
  test('gives each whole line once, from the moment on, and passes over what is none of ours', () => {
    const folder = mkdtempSync(join(tmpdir(), 'relevo-log-'));
    const file = join(folder, 'ada.log');
    const add = (text: string): void => {
      appendFileSync(file, text);
    };
    const line = (event: string): string =>
      `{"time":"2026-01-02T03:04:05.678Z","level":"info","node":"ada","event":"${event}","term":2}\n`;
    try {
      expect(new LogReader(file).lines()).toEqual([]);
      add(line('before'));
      const reader = new LogReader(file);
      expect(reader.lines()).toEqual([]);
      add(`${line('a')}no line of ours\n{"broken\n${line('über').slice(0, 85)}`);
      expect(reader.lines()).toEqual([
        {
          timeMs: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
          event: 'a',
          fields: { level: 'info', node: 'ada', term: 2 },
        },
      ]);
      add(line('über').slice(85));
      expect(reader.lines().map(({ event }) => event)).toEqual(['über']);
      expect(reader.lines()).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
