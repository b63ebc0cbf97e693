/** Authorities and the certificates that they sign: ECDSA on P-256, PEM. */
import 'reflect-metadata';
import { createPrivateKey, randomBytes, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import * as x509 from '@peculiar/x509';

/** PEM, both. */
export interface Issued {
  readonly certificate: string;
  readonly key: string;
}

export interface Subject {
  /** For people. */
  readonly name: string;
  /** Names and addresses under which it is dialled; none for one that only dials. */
  readonly hosts: readonly string[];
  /** Other names, such as `relevo:node:ID`. */
  readonly uris: readonly string[];
  /** What it is shown for: a listening side, a dialling side, or both. */
  readonly purposes: readonly ('server' | 'client')[];
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
/** Machines whose clocks are a little behind take it all the same. */
const BACKDATED_MS = 5 * 60_000;

x509.cryptoProvider.set(webcrypto);

export class Authority {
  readonly #certificate: x509.X509Certificate;
  readonly #keys: { readonly privateKey: webcrypto.CryptoKey; readonly pem: string };

  private constructor(
    certificate: x509.X509Certificate,
    privateKey: webcrypto.CryptoKey,
    pem: string,
  ) {
    this.#certificate = certificate;
    this.#keys = { privateKey, pem };
  }

  static async create(name: string, days: number, now = Date.now()): Promise<Authority> {
    const keys = await newKeys();
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      serialNumber: serialNumber(),
      name: [{ CN: [name] }],
      ...validity(days, now),
      keys,
      signingAlgorithm: ALGORITHM,
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(
          x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign,
          true,
        ),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    });
    return new Authority(certificate, keys.privateKey, await pemOf(keys.privateKey));
  }

  /** From what `issued` gave. Throws if it is no such pair. */
  static async load({ certificate, key }: Issued): Promise<Authority> {
    const der = createPrivateKey(key).export({ type: 'pkcs8', format: 'der' });
    const privateKey = await webcrypto.subtle.importKey('pkcs8', der, ALGORITHM, true, ['sign']);
    return new Authority(new x509.X509Certificate(certificate), privateKey, key);
  }

  /** To be kept; the key signs whatever its holder wants. */
  get issued(): Issued {
    return { certificate: pem(this.#certificate), key: this.#keys.pem };
  }

  /** A certificate for `subject` and its new key, valid from now on for so many days. */
  async sign(subject: Subject, days: number, now = Date.now()): Promise<Issued> {
    const keys = await newKeys();
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: serialNumber(),
      subject: [{ CN: [subject.name] }],
      issuer: this.#certificate.subjectName,
      ...validity(days, now),
      publicKey: keys.publicKey,
      signingKey: this.#keys.privateKey,
      signingAlgorithm: ALGORITHM,
      extensions: await extensionsOf(subject, keys.publicKey, this.#certificate),
    });
    return { certificate: pem(certificate), key: await pemOf(keys.privateKey) };
  }
}

async function extensionsOf(
  { hosts, uris, purposes }: Subject,
  publicKey: webcrypto.CryptoKey,
  authority: x509.X509Certificate,
): Promise<x509.Extension[]> {
  const names: x509.JsonGeneralNames = [
    ...hosts.map((host) => ({ type: isIP(host) === 0 ? 'dns' : 'ip', value: host }) as const),
    ...uris.map((uri) => ({ type: 'url', value: uri }) as const),
  ];
  const usages = purposes.map((purpose) =>
    purpose === 'server' ? x509.ExtendedKeyUsage.serverAuth : x509.ExtendedKeyUsage.clientAuth,
  );
  return [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
    new x509.ExtendedKeyUsageExtension(usages, false),
    ...(names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names)]),
    await x509.SubjectKeyIdentifierExtension.create(publicKey),
    await x509.AuthorityKeyIdentifierExtension.create(authority),
  ];
}

function validity(days: number, now: number): { notBefore: Date; notAfter: Date } {
  const notAfter = new Date(now + days * 86_400_000);
  return { notBefore: new Date(now - BACKDATED_MS), notAfter };
}

/** 127 random bits: positive, and never the same twice. */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0] ?? 0) & 0x7f;
  return bytes.toString('hex');
}

async function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

async function pemOf(privateKey: webcrypto.CryptoKey): Promise<string> {
  const der = await webcrypto.subtle.exportKey('pkcs8', privateKey);
  return `${x509.PemConverter.encode(der, x509.PemConverter.PrivateKeyTag)}\n`;
}

const pem = (certificate: x509.X509Certificate): string => `${certificate.toString('pem')}\n`;
