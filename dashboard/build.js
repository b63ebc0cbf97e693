// The page: dashboard/src into dist/site, a few files that are named by their contents. Nothing in them comes from
// elsewhere. The worker, which holds the production core, is a file of its own.
import { build } from 'esbuild';
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const OUT = 'dist/site';
const KEPT = 'zoo/kept';
/** All JavaScript of the page together, gzipped, in bytes. */
export const SCRIPT_BYTES_MAX = 60_000;

const COMMON = {
  bundle: true,
  format: 'esm',
  platform: 'browser',
  target: ['es2022'],
  minify: true,
  legalComments: 'none',
  entryNames: '[name]-[hash]',
  outdir: OUT,
  metafile: true,
  logLevel: 'warning',
  jsx: 'automatic',
  jsxImportSource: 'preact',
};

/** Returns the gzipped bytes of all its JavaScript. */
export async function buildPage() {
  mkdirSync(OUT, { recursive: true });
  const worker = await built('src/sources/worker.ts');
  const style = await built('src/style.css');
  const page = await built('src/main.tsx', {
    WORKER_FILE: JSON.stringify(`/${worker}`),
    LESSONS_FILE: JSON.stringify(`/${await lessonsFile()}`),
    BUGS_FILE: JSON.stringify(`/${bugsFile()}`),
  });
  const html = readFileSync(join(here, 'index.html'), 'utf8')
    .replace('STYLE_FILE', style)
    .replace('PAGE_FILE', page);
  writeFileSync(join(OUT, 'index.html'), html);
  return [worker, page]
    .map((name) => gzipSync(readFileSync(join(OUT, name)), { level: 9 }).length)
    .reduce((sum, bytes) => sum + bytes, 0);
}

/** The scenarios and their texts, as they stand in scenarios/; read by what was built of it before. */
async function lessonsFile() {
  const { scenarioNames, scenarioSource, lessonOf } = await import(
    new URL('../dist/scenarios/files.js', import.meta.url).href
  );
  const lessons = scenarioNames().map((name) => {
    const source = scenarioSource(name);
    const { scenario, texts } = lessonOf(source);
    const plain = Object.entries(texts).map(([language, { title, about, steps }]) => {
      return [language, { title, about, steps: Object.fromEntries(steps) }];
    });
    return { name, text: source.text, rule: scenario.rule, texts: Object.fromEntries(plain) };
  });
  return named('lessons', 'json', JSON.stringify(lessons));
}

/** The zoo's bugs by what their counter-examples say on top, and each of these as a file, read when it is opened. */
function bugsFile() {
  const kept = readdirSync(KEPT).filter((file) => file.endsWith('.txt'));
  const bugs = kept.map((file) => {
    const text = readFileSync(join(KEPT, file), 'utf8');
    const [name, what, ...facts] = text.split('\n', 5);
    const [rule, source, foundBy] = facts.map((line) => line.slice(line.indexOf(': ') + 2));
    return { name, what, rule, source, foundBy, trace: `/${named(`trace-${name}`, 'txt', text)}` };
  });
  return named('bugs', 'json', JSON.stringify(bugs));
}

/** Writes a file that is named by its contents. */
function named(stem, ending, text) {
  const sum = createHash('sha256').update(text).digest('hex').slice(0, 8).toUpperCase();
  const name = `${stem}-${sum}.${ending}`;
  writeFileSync(join(OUT, name), text);
  return name;
}

async function built(path, define = {}) {
  const { metafile } = await build({ ...COMMON, entryPoints: [join(here, path)], define });
  const [output] = Object.keys(metafile.outputs);
  return basename(output);
}
