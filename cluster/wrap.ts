/** Lines that are too long for a terminal, broken where it reads best. */

const PART = ' · ';

/** Between parts (` · `) if that suffices, else between words; what follows is indented. */
export function wrapped(text: string, columns: number): readonly string[] {
  return text.split('\n').flatMap((line) => {
    const lines = filled(line, PART, columns, '  ');
    return lines.flatMap((each) => filled(each, ' ', columns, '    '));
  });
}

function filled(text: string, separator: string, columns: number, indent: string): string[] {
  if (text.length < columns) return [text];
  const lines: string[] = [];
  let line: string | null = null;
  for (const piece of text.split(separator)) {
    const longer: string = line === null ? piece : line + separator + piece;
    if (line === null || longer.length < columns) {
      line = longer;
    } else {
      lines.push(line);
      line = indent + piece;
    }
  }
  return line === null ? lines : [...lines, line];
}
