/**
 * The certificates of one cluster in one folder: two authorities, and for each process a folder of its own with
 * exactly the files that it needs (../README.md), to be copied to its host.
 */
import { X509Certificate } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { nodeOf, nodeUri } from '#tls';
import { Authority, type Issued, type Subject } from './authority.js';
import {
  endRotation,
  OutOfOrder,
  refuseOutOfOrder,
  rotationFile,
  stepReached,
  type RotationStep,
} from './rotation.js';

/** A process that is to have certificates. */
export interface Process {
  readonly kind: 'node' | 'proxy' | 'client';
  /** Of its folder; for people. */
  readonly name: string;
  /** Of a node. */
  readonly nodeId?: number;
  /** Names and addresses under which it is dialled; this machine's own are added. None for a client. */
  readonly hosts: readonly string[];
}

export interface Certificate {
  /** Relative to the folder. */
  readonly path: string;
  readonly expiresAt: number;
  readonly done: 'made' | 'renewed' | 'kept';
}

export interface Terms {
  /** Of a process's certificate. */
  readonly days: number;
  /** Of an authority's. */
  readonly authorityDays: number;
  /** What expires sooner is renewed. */
  readonly renewDays: number;
  /** ms since 1970. */
  readonly now: number;
}

const FOLDERS = { node: 'nodes', proxy: 'proxies', client: 'clients' } as const;
const THIS_MACHINE = ['localhost', '127.0.0.1', '::1'];
const DAY_MS = 86_400_000;

type AuthorityName = 'peer' | 'client';
type CertificateName = 'peer' | 'server' | 'client';

/** Which authority signs which certificate: nodes among themselves have one of their own. */
const SIGNER: Readonly<Record<CertificateName, AuthorityName>> = {
  peer: 'peer',
  server: 'client',
  client: 'client',
};

/** Who signs now, and whom everybody trusts: the certificates of one, or of two while one replaces the other. */
interface Signing {
  readonly signer: Authority;
  readonly trusted: string;
}

const AUTHORITIES: readonly AuthorityName[] = ['peer', 'client'];

const currentOf = (name: AuthorityName): string => join('authorities', `${name}-ca`);
/** That replaces it. */
const nextOf = (name: AuthorityName): string => join('authorities', `${name}-ca-next`);

export class CertificateFolder {
  readonly #directory: string;
  readonly #terms: Terms;
  readonly #done: Certificate[] = [];
  readonly #authorities = new Map<AuthorityName, Signing>();

  constructor(directory: string, terms: Terms) {
    this.#directory = directory;
    this.#terms = terms;
  }

  /** The processes whose folders are there. */
  known(): Process[] {
    return (['node', 'proxy', 'client'] as const).flatMap((kind) => {
      const folder = join(this.#directory, FOLDERS[kind]);
      if (!existsSync(folder)) return [];
      return readdirSync(folder).map((name) => this.#processIn(kind, name));
    });
  }

  /**
   * A step of replacing both authorities: it says what came of each certificate, as `ensure` does. Throws OutOfOrder,
   * and changes nothing, if another one has to come first. What a step leaves has to be on every host before the next.
   */
  async rotate(step: RotationStep): Promise<readonly Certificate[]> {
    const reached = stepReached(this.#directory);
    refuseOutOfOrder(step, reached);
    if (step === 'drop' && reached !== null) this.#refuseOld();
    // There is nothing to drop: it was done.
    if (step === 'drop' && reached === null) return this.ensure(this.known());
    if (step === 'trust') await this.#makeNext();
    if (step !== reached) {
      const { path, text } = rotationFile(step);
      this.#writeText(path, text, 0o600);
    }
    if (step !== 'drop') return this.ensure(this.known());
    this.#promoteNext();
    const done = await this.ensure(this.known());
    endRotation(this.#directory);
    return done;
  }

  /** Of both kinds, for good: whatever is signed from now on is theirs once the step `issue` is taken. */
  async #makeNext(): Promise<void> {
    const { authorityDays, now } = this.#terms;
    for (const name of AUTHORITIES) {
      if (this.#read(nextOf(name)) !== null) continue;
      const authority = await Authority.create(`relevo ${name}s`, authorityDays, now);
      this.#write(nextOf(name), authority.issued);
    }
  }

  /** Throws OutOfOrder if a certificate in the folder is not of the next authority. */
  #refuseOld(): void {
    for (const process of this.known()) {
      for (const name of certificatesOf(process)) {
        const next = this.#read(nextOf(SIGNER[name]));
        const path = join(FOLDERS[process.kind], process.name, name);
        const found = this.#read(path);
        if (next === null || found === null || isSignedBy(found, next.certificate)) continue;
        throw new OutOfOrder(
          `${path}.pem is still of the old authority: run "issue" again, and copy every folder to its host`,
        );
      }
    }
  }

  /** Done again from the start where it was cut short: the next ones go last. */
  #promoteNext(): void {
    const found = AUTHORITIES.map((name) => [name, this.#read(nextOf(name))] as const);
    for (const [name, next] of found) if (next !== null) this.#write(currentOf(name), next);
    for (const [name] of found) {
      for (const ending of ['pem', 'key']) {
        rmSync(join(this.#directory, `${nextOf(name)}.${ending}`), { force: true });
      }
    }
  }

  /**
   * Makes what is missing, and anew what expires soon or is for other names. What came of each certificate; throws
   * Error if a file can't be written, or is no certificate.
   */
  async ensure(processes: readonly Process[]): Promise<readonly Certificate[]> {
    this.#done.length = 0;
    const step = stepReached(this.#directory);
    for (const name of AUTHORITIES) await this.#ensureAuthority(name, step);
    for (const process of processes) {
      for (const name of certificatesOf(process)) await this.#ensureCertificate(process, name);
    }
    return [...this.#done];
  }

  async #ensureAuthority(name: AuthorityName, step: RotationStep | null): Promise<void> {
    const path = currentOf(name);
    const found = this.#read(path);
    const authority =
      found === null
        ? await Authority.create(`relevo ${name}s`, this.#terms.authorityDays, this.#terms.now)
        : await Authority.load(found);
    if (found === null) this.#write(path, authority.issued);
    this.#note(`${path}.pem`, authority.issued, found === null ? 'made' : 'kept');
    const next = this.#read(nextOf(name));
    if (next === null) {
      this.#authorities.set(name, { signer: authority, trusted: authority.issued.certificate });
      return;
    }
    this.#note(`${nextOf(name)}.pem`, next, 'kept');
    const signer = step === 'trust' ? authority : await Authority.load(next);
    const trusted = authority.issued.certificate + next.certificate;
    this.#authorities.set(name, { signer, trusted });
  }

  async #ensureCertificate(process: Process, name: CertificateName): Promise<void> {
    const found = this.#authorities.get(SIGNER[name]);
    if (found === undefined) throw new Error(`there is no authority for ${name}`);
    const { signer: authority, trusted } = found;
    const folder = join(FOLDERS[process.kind], process.name);
    const path = join(folder, name);
    const subject = subjectOf(process, name);
    const own = this.#read(path);
    const isGood = own !== null && this.#isGood(own, subject, authority);
    const issued = isGood ? own : await authority.sign(subject, this.#terms.days, this.#terms.now);
    if (!isGood) this.#write(path, issued);
    const authorities = join(folder, `${SIGNER[name]}-ca.pem`);
    if (this.#text(authorities) !== trusted) this.#writeText(authorities, trusted, 0o644);
    this.#note(`${path}.pem`, issued, isGood ? 'kept' : own === null ? 'made' : 'renewed');
  }

  /** Long enough, of this authority, and for these names. */
  #isGood(
    { certificate }: Pick<Issued, 'certificate'>,
    subject: Subject,
    authority: Authority,
  ): boolean {
    const own = new X509Certificate(certificate);
    const { now, renewDays } = this.#terms;
    const lasts = Date.parse(own.validTo) > now + renewDays * DAY_MS;
    const names = new Set(namesIn(own));
    const wanted = [...subject.hosts.map(plainHost), ...subject.uris];
    const isForThem = wanted.length === names.size && wanted.every((each) => names.has(each));
    return lasts && isForThem && isSignedBy({ certificate }, authority.issued.certificate);
  }

  #processIn(kind: Process['kind'], name: string): Process {
    const file = kind === 'client' ? 'client' : 'server';
    const found = this.#read(join(FOLDERS[kind], name, file));
    const own = found === null ? null : new X509Certificate(found.certificate);
    const hosts = own === null ? [] : namesIn(own).filter((host) => !isThisMachine(host));
    if (kind !== 'node') return { kind, name, hosts };
    const peer = this.#read(join(FOLDERS[kind], name, 'peer'));
    const nodeId =
      peer === null ? null : nodeOf(new X509Certificate(peer.certificate).subjectAltName);
    if (nodeId === null) throw new Error(`${join(FOLDERS[kind], name, 'peer.pem')} is no node's`);
    return { kind, name, hosts, nodeId };
  }

  #note(path: string, { certificate }: Issued, done: Certificate['done']): void {
    const expiresAt = Date.parse(new X509Certificate(certificate).validTo);
    this.#done.push({ path, expiresAt, done });
  }

  #read(path: string): Issued | null {
    const certificate = this.#text(`${path}.pem`);
    const key = this.#text(`${path}.key`);
    return certificate === null || key === null ? null : { certificate, key };
  }

  #text(path: string): string | null {
    const whole = join(this.#directory, path);
    return existsSync(whole) ? readFileSync(whole, 'utf8') : null;
  }

  /** The key first: a process that looks in between finds a pair that does not fit, and looks again. */
  #write(path: string, { certificate, key }: Issued): void {
    this.#writeText(`${path}.key`, key, 0o600);
    this.#writeText(`${path}.pem`, certificate, 0o644);
  }

  #writeText(path: string, text: string, mode: number): void {
    const whole = join(this.#directory, path);
    mkdirSync(join(whole, '..'), { recursive: true, mode: 0o700 });
    writeFileSync(`${whole}.new`, text, { mode });
    renameSync(`${whole}.new`, whole);
  }
}

function isSignedBy({ certificate }: Pick<Issued, 'certificate'>, authority: string): boolean {
  const [own, signer] = [new X509Certificate(certificate), new X509Certificate(authority)];
  return own.checkIssued(signer) && own.verify(signer.publicKey);
}

function certificatesOf({ kind }: Process): readonly CertificateName[] {
  if (kind === 'node') return ['peer', 'server', 'client'];
  return kind === 'proxy' ? ['server', 'client'] : ['client'];
}

function subjectOf({ kind, name, nodeId, hosts }: Process, certificate: CertificateName): Subject {
  const title = `${kind} ${name}`;
  if (certificate === 'client') {
    return { name: title, hosts: [], uris: [], purposes: ['client'] };
  }
  if (certificate === 'server') {
    const all = [...new Set([...hosts, ...THIS_MACHINE])];
    return { name: title, hosts: all, uris: [], purposes: ['server'] };
  }
  if (nodeId === undefined) throw new TypeError(`${title} has no id`);
  return { name: title, hosts: [], uris: [nodeUri(nodeId)], purposes: ['server', 'client'] };
}

/** Hosts and URIs, as they were asked for. */
function namesIn({ subjectAltName }: X509Certificate): string[] {
  return (subjectAltName ?? '').split(', ').flatMap((each) => {
    const [, kind, value] = /^(DNS|IP Address|URI):(.+)$/.exec(each) ?? [];
    if (kind === undefined || value === undefined) return [];
    return [kind === 'URI' ? value : plainHost(value)];
  });
}

/** `0:0:0:0:0:0:0:1`, as certificates show it, and `::1` are the same. */
function plainHost(host: string): string {
  return host.includes(':')
    ? new URL(`http://[${host}]`).hostname.slice(1, -1)
    : host.toLowerCase();
}

const isThisMachine = (host: string): boolean => THIS_MACHINE.includes(host);
