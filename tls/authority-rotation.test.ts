import { X509Certificate } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cluster, issuedIn, read, TERMS } from './testing/certificates.js';
import { identityFiles, readMaterial, type Role } from '#tls';
import { CertificateFolder, OutOfOrder, type RotationStep } from '#tls/authority';

let directory = '';

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'relevo-authorities-'));
  await cluster(directory);
});

afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

const folder = (): CertificateFolder => new CertificateFolder(directory, TERMS);

async function rotate(step: RotationStep): Promise<Record<string, string>> {
  const done = await folder().rotate(step);
  return Object.fromEntries(done.map((each) => [each.path, each.done]));
}

const LEAVES: readonly (readonly [string, Role])[] = [
  ...(['nodes/ada', 'nodes/bob'] as const).flatMap((at) =>
    (['peer', 'server', 'client'] as const).map((role) => [at, role] as const),
  ),
  ...(['server', 'client'] as const).map((role) => ['proxies/p1', role] as const),
  ['clients/me', 'client'],
];

/** How many authorities each process trusts; throws if a file is not what it has to be. */
const trusted = (): number[] =>
  LEAVES.map(
    ([at, role]) =>
      readMaterial(identityFiles(join(directory, at), role)).authoritiesExpireAt.length,
  );

const contents = (): string[] =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.name} ${read(join(entry.parentPath, entry.name))}`)
    .sort();

const all = (count: number): number[] => LEAVES.map(() => count);

test('three steps: both are trusted, the new one signs, the old one is gone; each may be repeated', async () => {
  const old = new X509Certificate(issuedIn(join(directory, 'authorities/client-ca')).certificate);
  for (let round = 1; round <= 2; round += 1) {
    expect(new Set(Object.values(await rotate('trust')))).toEqual(new Set(['kept']));
    expect(trusted()).toEqual(all(2));
  }
  const first = await rotate('issue');
  for (const [at, role] of LEAVES) expect(first[`${at}/${role}.pem`]).toBe('renewed');
  expect(new Set(Object.values(await rotate('issue')))).toEqual(new Set(['kept']));
  expect(trusted()).toEqual(all(2));

  await rotate('drop');
  expect(trusted()).toEqual(all(1));
  const own = new X509Certificate(issuedIn(join(directory, 'clients/me/client')).certificate);
  const now = new X509Certificate(issuedIn(join(directory, 'authorities/client-ca')).certificate);
  expect(own.verify(now.publicKey)).toBe(true);
  expect(own.verify(old.publicKey)).toBe(false);
  expect(readdirSync(join(directory, 'authorities')).sort()).toEqual([
    ...['client-ca.key', 'client-ca.pem', 'peer-ca.key', 'peer-ca.pem'],
  ]);
  const before = contents();
  await rotate('drop');
  expect(contents()).toEqual(before);
});

test.each([
  [[], 'issue', /run "trust" first/],
  [['trust'], 'drop', /still of the old authority: run "issue" first/],
  [['trust', 'issue'], 'trust', /has come to "issue" already: go on with "drop"/],
  [['trust', 'issue', 'drop'], 'issue', /run "trust" first/],
] as const)('after %j, %s is refused and changes nothing', async (taken, step, message) => {
  for (const each of taken) await rotate(each);
  const before = contents();
  await expect(rotate(step)).rejects.toThrow(OutOfOrder);
  await expect(rotate(step)).rejects.toThrow(message);
  expect(contents()).toEqual(before);
});

test('the old one stays as long as a certificate in the folder is of it', async () => {
  const old = issuedIn(join(directory, 'nodes/bob/peer'));
  await rotate('trust');
  await rotate('issue');
  writeFileSync(join(directory, 'nodes/bob/peer.pem'), old.certificate);
  writeFileSync(join(directory, 'nodes/bob/peer.key'), old.key);
  await expect(rotate('drop')).rejects.toThrow(
    /nodes\/bob\/peer.pem is still of the old authority/,
  );
  await rotate('issue');
  await rotate('drop');
  expect(trusted()).toEqual(all(1));
});

test('a renewal in between goes on with the rotation; a last step that was cut short is done again', async () => {
  await rotate('trust');
  await folder().ensure(folder().known());
  expect(trusted()).toEqual(all(2));
  await rotate('issue');
  const kept = await folder().ensure(folder().known());
  expect(new Set(kept.map(({ done }) => done))).toEqual(new Set(['kept']));
  const whole = mkdtempSync(join(tmpdir(), 'relevo-authorities-'));
  cpSync(directory, whole, { recursive: true });

  // As if it had ended after the first of its files.
  writeFileSync(join(directory, 'authorities/rotation.json'), '{"step":"drop"}\n');
  const next = issuedIn(join(directory, 'authorities/peer-ca-next'));
  writeFileSync(join(directory, 'authorities/peer-ca.key'), next.key);
  writeFileSync(join(directory, 'authorities/peer-ca.pem'), next.certificate);
  await rotate('drop');
  await new CertificateFolder(whole, TERMS).rotate('drop');
  const cut = contents();
  rmSync(directory, { recursive: true });
  cpSync(whole, directory, { recursive: true });
  rmSync(whole, { recursive: true });
  expect(cut).toEqual(contents());
});
