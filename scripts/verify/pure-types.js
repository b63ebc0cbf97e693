// The pure rooms are type-checked without Node's types, so that no clock, file or socket has a name
// there. One import of a library's types can bring all of Node's with it, and the check would still
// pass: so the list of files that the compiler read is looked at too.
import { execFile } from 'node:child_process';
import process from 'node:process';

const NODE_TYPES = 'node_modules/@types/node/index.d.ts';
const TSC = 'node_modules/typescript/bin/tsc';

/** What the compiler says, or how Node's types came in; null if neither. */
export async function pureTypes() {
  const { failed, lines } = await compile('--explainFiles');
  if (failed) return lines.filter((line) => line.includes('error TS')).join('\n');
  const first = lines.findIndex((line) => line.endsWith(NODE_TYPES) && !line.startsWith(' '));
  if (first < 0) return null;
  return `Node's types are in reach of the pure rooms:\n${lines.slice(first, first + 3).join('\n')}`;
}

function compile(flag) {
  const options = { maxBuffer: 1 << 26 };
  return new Promise((resolve) => {
    execFile(process.execPath, [TSC, '-p', 'tsconfig.pure.json', flag], options, (error, stdout) =>
      resolve({ failed: error !== null, lines: stdout.split('\n') }),
    );
  });
}
