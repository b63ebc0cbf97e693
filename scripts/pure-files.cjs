// Which files are pure: read from tsconfig.pure.json, so that the compiler, the lint rules and the
// dependency rules can never disagree about it.
const { join } = require('node:path');
const ts = require('typescript');

/** The pure files and those to leave out of them, as globs relative to the repository. */
function pureFiles() {
  const path = join(__dirname, '..', 'tsconfig.pure.json');
  const { config, error } = ts.readConfigFile(path, ts.sys.readFile);
  if (error !== undefined) {
    throw new Error(`tsconfig.pure.json can't be read: ${String(error.messageText)}; mend it.`);
  }
  const files = config.include
    .filter((entry) => !entry.endsWith('.d.ts'))
    .map((entry) => (entry.endsWith('.ts') ? entry : `${entry}/**/*.ts`));
  return { files, ignores: config.exclude };
}

/** The same as two regular expressions' sources. */
function purePatterns() {
  const { files, ignores } = pureFiles();
  return { path: patternOf(files), pathNot: patternOf(ignores) };
}

/** Globs of `*` and `**` before a last `*`, as one regular expression. */
function patternOf(globs) {
  const sources = globs.map((glob) =>
    glob
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replace(/\*\*\/\*|\*/g, (stars) => (stars === '*' ? '[^/]*' : '.*')),
  );
  return `^(?:${sources.join('|')})$`;
}

module.exports = { pureFiles, purePatterns };
