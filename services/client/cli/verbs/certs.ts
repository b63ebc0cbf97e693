import type { Command } from 'commander';
import type { Certificate, CertificateFolder, Process } from '#tls/authority';
import type { Call } from '../call.js';
import { ExitCode, UsageError } from '../exit-code.js';
import { tableLines } from '../printer.js';
import { wholeNumber } from '../settings.js';
import { numberOption, required, type Options, type Verb } from '../verb.js';

const DAYS = 90;
const RENEW_DAYS = 30;
/** Whoever changes it has to change every process's files: rarely. */
const AUTHORITY_DAYS = 3_650;

export const certs: Verb = {
  name: 'certs',
  usage: '<directory>',
  summary: "make a cluster's authorities and certificates, and renew what expires soon",
  completes: 'none',
  options(command: Command) {
    command
      .option('--nodes <list>', 'id=name@host,...: several hosts of one with +')
      .option('--proxies <list>', 'name@host,...')
      .option('--clients <list>', 'name,...')
      .option('--days <days>', 'how long certificates last', wholeNumber, DAYS)
      .option(
        '--rotate-authority <step>',
        'replace both authorities, without an outage, in three steps: trust, issue, drop; what each leaves has to be ' +
          'on every host before the next',
      )
      .option('--renew <days>', 'renew what expires within so many days', wholeNumber, RENEW_DAYS);
  },
  async run(call, args, options) {
    const directory = required(args, 0);
    const days = numberOption(options, 'days') ?? DAYS;
    const renewDays = numberOption(options, 'renew') ?? RENEW_DAYS;
    if (days < 1 || days > AUTHORITY_DAYS) {
      throw new UsageError(`--days ${days}: give from 1 to ${AUTHORITY_DAYS} days`);
    }
    // Its library is loaded for this verb alone.
    const { CertificateFolder } = await import('#tls/authority');
    const terms = { days, renewDays, authorityDays: AUTHORITY_DAYS, now: Date.now() };
    const folder = new CertificateFolder(directory, terms);
    const { rotateAuthority } = options;
    if (typeof rotateAuthority === 'string') return rotate(call, folder, rotateAuthority);
    const processes = merged(folder.known(), asked(options));
    if (processes.length === 0) {
      throw new UsageError(
        `${directory} has no certificates yet; say for whom: --nodes 6787=ada@10.0.0.1,... --proxies p1@10.0.0.9 --clients me`,
      );
    }
    const hint = `copy each process's folder to its host, and name it there as TLS_DIR; keep ${directory}/authorities to yourself`;
    show(call, await folder.ensure(processes), hint);
    return ExitCode.ok;
  },
};

/** What to do before the next step; after the last one, before it may be believed. */
const THEN = {
  trust:
    'copy every folder to its host; once `relevo doctor` shows two authorities on each, and clients have theirs, go on with "issue"',
  issue:
    'copy every folder to its host; once each has its new certificates, go on with "drop": who was forgotten is refused then',
  drop: 'copy every folder to its host; until then a host lets in who shows a certificate of the old authority',
} as const;

async function rotate(call: Call, folder: CertificateFolder, given: string): Promise<ExitCode> {
  const { OutOfOrder, ROTATION_STEPS } = await import('#tls/authority');
  const step = ROTATION_STEPS.find((each) => each === given);
  if (step === undefined) {
    throw new UsageError(`--rotate-authority ${given}: expected ${ROTATION_STEPS.join(', ')}`);
  }
  try {
    show(call, await folder.rotate(step), THEN[step]);
    return ExitCode.ok;
  } catch (error) {
    if (!(error instanceof OutOfOrder)) throw error;
    throw new UsageError(`--rotate-authority ${step}: ${error.message}`);
  }
}

function show({ print }: Call, certificates: readonly Certificate[], hint: string): void {
  if (print.form !== 'table') {
    print.line(JSON.stringify(certificates));
    return;
  }
  const rows = certificates.map(({ path, expiresAt, done }) => {
    return [path, new Date(expiresAt).toISOString().slice(0, 10), done];
  });
  for (const line of tableLines(['CERTIFICATE', 'EXPIRES', ''], rows)) print.line(line);
  print.line(hint);
}

/** What is asked for stands for what is there of the same name. */
function merged(known: readonly Process[], given: readonly Process[]): Process[] {
  const isGiven = ({ kind, name }: Process): boolean =>
    given.some((each) => each.kind === kind && each.name === name);
  const all = [...known.filter((each) => !isGiven(each)), ...given];
  const ids = all.flatMap(({ nodeId }) => (nodeId === undefined ? [] : [nodeId]));
  const twice = ids.find((id, at) => ids.indexOf(id) !== at);
  if (twice !== undefined) throw new UsageError(`two nodes have the id ${twice}`);
  return all;
}

function asked(options: Options): Process[] {
  return [
    ...entries(options, 'nodes').map(nodeOf),
    ...entries(options, 'proxies').map(proxyOf),
    ...entries(options, 'clients').map(clientOf),
  ];
}

function entries(options: Options, name: string): string[] {
  const text = options[name];
  return typeof text === 'string' ? text.split(',').map((each) => each.trim()) : [];
}

const NAME = /^[\p{L}\p{N}][\p{L}\p{N}._-]{0,39}$/u;
const HOST = /^[a-z0-9:]([a-z0-9.:_-]{0,252}[a-z0-9:])?$/i;

function nodeOf(text: string): Process {
  const [, id = '', rest = ''] = /^(\d{1,10})=(.*)$/.exec(text) ?? [];
  const { name, hosts } = namedHosts(rest);
  const nodeId = Number(id);
  if (hosts.length === 0 || nodeId < 1) throw new UsageError(`"${text}" is not id=name@host`);
  return { kind: 'node', name, nodeId, hosts };
}

function proxyOf(text: string): Process {
  const { name, hosts } = namedHosts(text);
  if (hosts.length === 0) throw new UsageError(`"${text}" is not name@host`);
  return { kind: 'proxy', name, hosts };
}

function clientOf(name: string): Process {
  if (!NAME.test(name)) throw new UsageError(`"${name}" is not a name: letters, digits, . _ -`);
  return { kind: 'client', name, hosts: [] };
}

/** No hosts: it is not right. */
function namedHosts(text: string): { readonly name: string; readonly hosts: readonly string[] } {
  const [, name = '', list = ''] = /^([^@]+)@(.+)$/.exec(text) ?? [];
  const hosts = list.split('+');
  const isRight = NAME.test(name) && hosts.every((host) => HOST.test(host));
  return { name, hosts: isRight ? hosts : [] };
}
