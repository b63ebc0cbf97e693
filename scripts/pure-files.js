// Which files are pure: read from tsconfig.pure.json, so that the compiler and the lint rules can
// never disagree about it.
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** The pure files and those to leave out of them, as globs relative to the repository. */
export function pureFiles() {
  const path = fileURLToPath(new URL('../tsconfig.pure.json', import.meta.url));
  const { config, error } = ts.readConfigFile(path, ts.sys.readFile);
  if (error !== undefined) {
    throw new Error(`tsconfig.pure.json can't be read: ${String(error.messageText)}; mend it.`);
  }
  const files = config.include
    .filter((entry) => !entry.endsWith('.d.ts'))
    .map((entry) => (entry.endsWith('.ts') ? entry : `${entry}/**/*.ts`));
  return { files, ignores: config.exclude };
}
