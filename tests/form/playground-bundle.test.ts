/** The playground runs in browsers: nothing of Node, and not more than a page can load. */
import { build } from 'esbuild';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { ROOT } from './tree.js';

/** The machines of production are two thirds of it. */
const GZIPPED_BYTES_MAX = 96 * 1024;

test('the playground is one bundle for browsers, without packages, of a bounded size', async () => {
  const { outputFiles, metafile } = await build({
    entryPoints: [join(ROOT, 'simulator/playground/index.ts')],
    ...{ bundle: true, minify: true, format: 'esm', platform: 'browser', target: 'es2022' },
    ...{ write: false, metafile: true, logLevel: 'silent', absWorkingDir: ROOT },
  });
  const inputs = Object.keys(metafile.inputs);
  expect(inputs.filter((file) => /node_modules|^node:|rpc\/generated|wire/.test(file))).toEqual([
    ...inputs.filter((file) => file.includes('services/client/session-wire')),
  ]);
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports);
  expect(imports).toEqual([]);
  const [bundle] = outputFiles;
  const bytes = gzipSync(bundle?.contents ?? '', { level: 9 }).length;
  expect(bytes).toBeGreaterThan(10_000);
  expect(bytes).toBeLessThan(GZIPPED_BYTES_MAX);
});
