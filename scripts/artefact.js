// `npm run artefact [-- --out DIR]`: everything that a host needs besides Node, as one file: dist/artefact/
// relevo-VERSION.tgz, and its sha256 beside it. The same for leader, follower, proxy and client; they differ by
// their .env alone. The same sources and the same Node give the same bytes.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bundledPrograms } from './artefact/bundle.js';
import { tarball } from './artefact/tar.js';

const { values } = parseArgs({ options: { out: { type: 'string' } } });
const root = fileURLToPath(new URL('..', import.meta.url));
const out = resolve(values.out ?? join(root, 'dist/artefact'));
process.chdir(root);

const { name, version, license, engines } = JSON.parse(readFileSync('package.json', 'utf8'));
const folder = `${name}-${version}`;
const archive = tarball(
  [
    ...(await bundledPrograms()),
    // The programs say their version from here, and Node takes their kind of modules from it.
    {
      name: 'package.json',
      data: Buffer.from(`${JSON.stringify({ name, version, license, type: 'module', engines })}\n`),
    },
    file('.env.example'),
    ...tree('proto', 'proto', '.proto'),
    // Where the packages that own them look, seen from `lib/bin/`.
    ...tree('node_modules/grpc-health-check/proto', 'proto', '.proto'),
    ...tree('node_modules/@grpc/reflection/build/proto/grpc', 'proto/grpc', '.proto'),
    ...tree('deploy/aws/instance', 'instance', ''),
    // The dashboard's files, where the proxy looks for them, seen from `lib/bin/`.
    ...tree('dist/site', 'site', ''),
  ].map((each) => ({ ...each, name: `${folder}/${each.name}` })),
);
const sum = createHash('sha256').update(archive).digest('hex');
const target = `${folder}.tgz`;
mkdirSync(out, { recursive: true });
writeFileSync(join(out, target), archive);
// As sha256sum writes it, so that `sha256sum --check` reads it.
writeFileSync(join(out, `${target}.sha256`), `${sum}  ${target}\n`);
console.log(`${join(out, target)}\n${sum}`);

function file(path, named = path) {
  return {
    name: named,
    data: readFileSync(path),
    isExecutable: (statSync(path).mode & 0o100) !== 0,
  };
}

/** Every file below `from` whose name ends in `ending`, under `to`. */
function tree(from, to, ending) {
  if (!existsSync(from)) throw new Error(`${from} is missing: run node scripts/setup.js`);
  return readdirSync(from, { recursive: true })
    .map((path) => String(path).replaceAll('\\', '/'))
    .filter((path) => path.endsWith(ending) && statSync(join(from, path)).isFile())
    .map((path) => file(join(from, path), `${to}/${path}`));
}
