// rpc/generated is committed, so it may never differ from what proto/ gives: generate it again
// elsewhere, and compare.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import * as prettier from 'prettier';

const COMMITTED = 'rpc/generated';

/** Names every file that differs, is missing or is left over; null if there is none. */
export async function generatedCode() {
  const directory = mkdtempSync(join(tmpdir(), 'relevo-generated-'));
  try {
    execFileSync(
      process.execPath,
      ['node_modules/@bufbuild/buf/bin/buf', 'generate', '-o', directory],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    const problems = await differences(join(directory, COMMITTED));
    return problems.length === 0 ? null : problems.join('\n');
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function differences(fresh) {
  const names = new Set([...typescriptFiles(fresh), ...typescriptFiles(COMMITTED)]);
  const problems = [];
  for (const name of [...names].sort()) {
    const committed = join(COMMITTED, name);
    if (!existsSync(join(fresh, name))) problems.push(`${committed}: no proto gives this file.`);
    else if (!existsSync(committed)) problems.push(`${committed}: is missing.`);
    else if (readFileSync(committed, 'utf8') !== (await formatted(fresh, name))) {
      problems.push(`${committed}: differs from what proto/ gives.`);
    }
  }
  return problems;
}

async function formatted(fresh, name) {
  const options = await prettier.resolveConfig(join(process.cwd(), COMMITTED, name));
  const text = readFileSync(join(fresh, name), 'utf8');
  return prettier.format(text, { ...options, filepath: name });
}

function typescriptFiles(directory) {
  return readdirSync(directory, { recursive: true })
    .map((name) => String(name).replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.ts'));
}
