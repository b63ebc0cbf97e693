/** Inputs for people, and as the small files of the corpus. */
import type { Input, Target } from '../target.js';

/** A piece of the corpus: `text:` where it is UTF-8, else `hex:`. */
export function pieceText(piece: Uint8Array): string {
  const text = Buffer.from(piece).toString('utf8');
  return Buffer.from(text, 'utf8').equals(piece) && !/[\0-\x08\x0e-\x1f\x7f]/.test(text)
    ? `text:${text}`
    : `hex:${Buffer.from(piece).toString('hex')}`;
}

export function pieceOf(text: string): Uint8Array {
  const at = text.indexOf(':') + 1;
  const encoding = text.startsWith('hex:') ? 'hex' : 'utf8';
  return new Uint8Array(Buffer.from(text.slice(at), encoding));
}

export interface Kept {
  /** What it once did. */
  readonly why: string;
  readonly pieces: readonly string[];
}

export const keptText = (why: string, input: Input): string =>
  `${JSON.stringify({ why, pieces: input.map(pieceText) } satisfies Kept, null, 2)}\n`;

const SHOWN_MAX = 2_000;

export function shownInput({ shows }: Target, input: Input): string {
  const lines = input.map((piece, at) => {
    const text =
      shows === 'text'
        ? JSON.stringify(Buffer.from(piece).toString('utf8'))
        : Buffer.from(piece).toString('hex');
    const cut = text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text;
    return `  ${at}: ${piece.length} bytes  ${cut}`;
  });
  return lines.join('\n');
}
