// Turns every TypeScript source into one JavaScript file of the same name under dist/.
// Types are checked by `npm run verify`; this only strips them, in well under a second.
import { build } from 'esbuild';
import { rmSync, writeFileSync } from 'node:fs';
import { buildPage } from '../dashboard/build.js';
import { sources, stampOfSources } from './sources.js';

rmSync('dist', { recursive: true, force: true });
await build({
  entryPoints: sources(),
  outdir: 'dist',
  outbase: '.',
  format: 'esm',
  platform: 'node',
  target: 'node20',
  sourcemap: true,
  logLevel: 'warning',
});
await buildPage();
writeFileSync('dist/.stamp', stampOfSources());
