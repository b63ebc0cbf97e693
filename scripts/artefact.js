// Packs what an instance needs into one file: the built services, the packages that they need to run, and the
// scripts of deploy/aws/instance. The same sources make the same bytes (GNU tar and gzip).
//   npm run artefact [-- DIRECTORY]      default: results/artefact
import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const out = resolve(process.argv[2] ?? join(root, 'results', 'artefact'));
/** Rooms that prove, measure or play: no instance runs them. */
const LEFT_OUT = ['tests', 'simulator', 'exhaustive', 'zoo', 'bench', 'cluster'];

const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const staging = mkdtempSync(join(tmpdir(), 'relevo-artefact-'));
try {
  const folder = join(staging, 'relevo');
  mkdirSync(folder);
  for (const name of ['package.json', '.env.example', 'README.md', 'bin', 'proto', 'dist']) {
    cpSync(join(root, name), join(folder, name), { recursive: true, filter: isNeeded });
  }
  for (const directory of productionPackages()) {
    const to = join(folder, relative(root, directory));
    cpSync(directory, to, {
      recursive: true,
      filter: (from) => isNeededOfPackage(directory, from),
    });
  }
  const instance = join(root, 'deploy', 'aws', 'instance');
  if (existsSync(instance)) cpSync(instance, join(folder, 'instance'), { recursive: true });
  const bytes = packed(staging);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const name = `relevo-${version}-${sha256.slice(0, 12)}.tgz`;
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, name), bytes);
  writeFileSync(join(out, `${name}.sha256`), `${sha256}  ${name}\n`);
  console.log(`${join(out, name)}\n${bytes.length} bytes, sha256 ${sha256}`);
} finally {
  rmSync(staging, { recursive: true, force: true });
}

function isNeeded(from) {
  const [first, second = ''] = relative(root, from).split(/[\\/]/);
  if (first === 'dist' && LEFT_OUT.includes(second)) return false;
  return !from.endsWith('.map') && !/[\\/]testing([\\/]|$)/.test(from);
}

/** Nested packages come by themselves, if they are needed. */
function isNeededOfPackage(directory, from) {
  return (
    !relative(directory, from).split(/[\\/]/).includes('node_modules') && !from.endsWith('.map')
  );
}

function productionPackages() {
  const listed = execFileSync('npm', ['ls', '--omit=dev', '--all', '--parseable'], {
    cwd: root,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  return [...new Set(listed.trim().split('\n'))].filter(
    (path) => path !== root && existsSync(path),
  );
}

function packed(directory) {
  const same = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner'];
  const tar = execFileSync(
    'tar',
    [...same, '--mode=u+rwX,go+rX,go-w', '-C', directory, '-cf', '-', 'relevo'],
    {
      maxBuffer: 1 << 30,
    },
  );
  return execFileSync('gzip', ['-9n'], { input: tar, maxBuffer: 1 << 30 });
}
