// The four programs as they are built, each with everything it imports; what they share stands in chunks.
import { readFileSync, readdirSync } from 'node:fs';
import process from 'node:process';
import { build } from 'esbuild';

const PROGRAMS = ['leader', 'follower', 'proxy', 'client'];

// Packages of CommonJS call `require` and `__dirname`, which an ES module has not. From `lib/bin/`,
// `__dirname/../../proto` is the artefact's `proto/`, where two packages look for their own files.
const COMMONJS = [
  "import { createRequire as relevoRequire } from 'node:module';",
  "import { fileURLToPath as relevoPath } from 'node:url';",
  'const require = relevoRequire(import.meta.url);',
  "const __dirname = relevoPath(new URL('.', import.meta.url));",
].join('\n');

/** Files as `tarball` takes them, under `lib/bin/`, and the licences of what went into them. */
export async function bundledPrograms() {
  const result = await build({
    // esbuild keeps the folder that it was loaded in, which is its caller's.
    absWorkingDir: process.cwd(),
    entryPoints: Object.fromEntries(
      PROGRAMS.map((name) => [name, `dist/services/${name}/main.js`]),
    ),
    outdir: 'lib/bin',
    write: false,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    outExtension: { '.js': '.mjs' },
    chunkNames: 'shared-[hash]',
    banner: { js: COMMONJS },
    metafile: true,
    logLevel: 'error',
  });
  const files = result.outputFiles.map(({ path, contents }) => ({
    name: `lib/bin/${path.slice(path.lastIndexOf('/') + 1)}`,
    data: Buffer.from(contents),
  }));
  return [...files, { name: 'LICENCES.txt', data: Buffer.from(licences(result.metafile)) }];
}

/** The text of every bundled package's licence: most ask that it goes where their code goes. */
function licences({ inputs }) {
  const packages = new Set(
    Object.keys(inputs)
      .map((path) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0])
      .filter((folder) => folder !== undefined),
  );
  return [...packages].sort().map(licence).join('\n');
}

function licence(folder) {
  const { name, version, license } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
  const file = readdirSync(folder).find((each) => /^(licen[cs]e|copying)/i.test(each));
  const text = file === undefined ? '' : readFileSync(`${folder}/${file}`, 'utf8').trim();
  return `=== ${name} ${version} (${license})\n\n${text}\n`;
}
