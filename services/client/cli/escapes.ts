/** How characters that a terminal would obey are shown. */

/** Words of somebody else's, for a terminal: what would be obeyed there shows as `shown` has it; lines stay. */
export function shownWords(text: string): string {
  return text.replace(/[^\P{Cc}\n]|[\p{Cf}\u2028\u2029]/gu, escapeCharacter);
}

export function escapeCharacter(character: string): string {
  const named = NAMED_ESCAPES[character];
  if (named !== undefined) return named;
  const code = character.codePointAt(0) ?? 0;
  return code < 0x80 ? hexEscape(code) : `\\u{${code.toString(16)}}`;
}

export const NAMED_ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

export function hexEscape(code: number): string {
  return `\\x${code.toString(16).padStart(2, '0')}`;
}
