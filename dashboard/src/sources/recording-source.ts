/** What a page saw and kept: frames and lines, one a line. It can be looked at, and nothing else. */
import type { FeedLine } from '#rpc/generated/relevo/v1/sight';
import type { Frame, Source, SourceEvents } from './source.js';

const BYTES_MAX = 64 * 1024 * 1024;
const FIRST_LINE = { relevo: 'recording', format: 1 } as const;

type Line = { readonly frame: Frame } | { readonly line: FeedLine };

export function recordingText(frames: readonly Frame[], lines: readonly FeedLine[]): string {
  const all: readonly unknown[] = [
    FIRST_LINE,
    ...lines.map((line) => ({ line })),
    ...frames.map((frame) => ({ frame })),
  ];
  return `${all.map((each) => JSON.stringify(each)).join('\n')}\n`;
}

/** Throws an Error that says what is wrong with the text. */
export function openRecording(text: string, events: SourceEvents): Source {
  if (text.length > BYTES_MAX) throw new Error('a recording has 64 MiB at most');
  const [first = '', ...rest] = text.split('\n').filter((line) => line !== '');
  if (!first.includes('"relevo":"recording"')) {
    throw new Error('this is no recording of Relevo: its first line says so of one');
  }
  events.restarted();
  for (const [at, line] of rest.entries()) {
    const parsed = parsedLine(line);
    if (parsed === null) throw new Error(`line ${String(at + 2)} of the recording is damaged`);
    if ('line' in parsed) events.lines([parsed.line]);
    else events.frame(parsed.frame);
  }
  const nothing = (): Promise<never> =>
    Promise.reject(new Error('a recording has no more than this'));
  return {
    kind: 'recording',
    readOnly: 'a recording can be looked at alone',
    act: () => Promise.resolve({ ok: false, reason: 'a recording can be looked at alone' }),
    ...{ keys: nothing, versions: nothing, files: nothing, readFile: nothing },
    close: () => undefined,
  };
}

function parsedLine(text: string): Line | null {
  try {
    const line = JSON.parse(text) as Partial<{ frame: Frame; line: FeedLine }>;
    const isFrame = typeof line.frame?.sight.atMs === 'number';
    return isFrame || typeof line.line?.text === 'string' ? (line as Line) : null;
  } catch {
    return null;
  }
}
