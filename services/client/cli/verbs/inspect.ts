import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import {
  compare,
  inspect as inspectSteps,
  type Comparison,
  type Inspection,
  type NamedInspection,
  type Standing,
} from '#storage';
import type { Call } from '../call.js';
import { readDirectory } from '../directory-reader.js';
import { ExitCode, UsageError } from '../exit-code.js';
import { tableLines, type Printer } from '../printer.js';
import { wholeNumber } from '../settings.js';
import { list, numberOption, type Options, type Verb } from '../verb.js';

const ENTRIES_SHOWN = 10;

const WHY: Readonly<Record<Standing, string>> = {
  committed: 'a note in the log says that it was committed',
  confirmed: 'a note or a later segment says that it was synced',
  unconfirmed: 'nothing says that it was synced: a crash may take it',
};

export const inspect: Verb = {
  name: 'inspect',
  usage: '<directories...>',
  summary: 'explain data directories, and where several differ; exit status 1 if one is unsound',
  completes: 'none',
  options(command: Command) {
    command
      .option('--json', 'everything, as one JSON object')
      .option(
        '--entries <count>',
        'how many of the newest entries to list',
        wholeNumber,
        ENTRIES_SHOWN,
      )
      .option('--keys', 'the lines of the newest data file');
  },
  run(call, args, options) {
    const directories = list(args, 0).map((name): NamedInspection => {
      if (!existsSync(name))
        throw new UsageError(`${name} is not there; name a node's data directory`);
      return { name, inspection: inspected(name) };
    });
    const comparison = directories.length > 1 ? compare(directories) : null;
    const { print } = call;
    if (options['json'] === true || print.form === 'json' || print.form === 'ndjson') {
      print.line(
        JSON.stringify({ directories, comparison }, null, print.form === 'ndjson' ? 0 : 2),
      );
    } else {
      for (const directory of directories) explain(call, directory, options);
      if (comparison !== null) explainComparison(print, comparison);
    }
    return Promise.resolve(isSound(directories, comparison) ? ExitCode.ok : ExitCode.negative);
  },
};

function inspected(name: string): Inspection {
  try {
    return readDirectory(name, inspectSteps());
  } catch (error) {
    if (!(error instanceof Error) || error instanceof TypeError) throw error;
    throw new UsageError(`${name}: ${error.message}`);
  }
}

function isSound(directories: readonly NamedInspection[], comparison: Comparison | null): boolean {
  const refused = directories.some(({ inspection }) => inspection.verdict.code === 'refused');
  return !refused && (comparison === null || comparison.differences.length === 0);
}

function explain(call: Call, { name, inspection }: NamedInspection, options: Options): void {
  const { print } = call;
  const { verdict } = inspection;
  print.line(`${print.colors.bold(name)}: ${verdict.message}`);
  const rows = [...identityRows(inspection), ...logRows(inspection), ...dataRows(inspection)];
  for (const [title, text] of rows) print.line(`  ${title.padEnd(11)}${text}`);
  explainEntries(print, inspection, numberOption(options, 'entries') ?? ENTRIES_SHOWN);
  if (options['keys'] !== true) return;
  const newest = inspection.checkpoints.find(({ fault }) => fault === null);
  print.line(newest === undefined ? '  no data file yet' : `  lines of ${newest.path}:`);
  for (const line of newest?.stateLines ?? []) print.line(`    ${line}`);
}

type Row = readonly [title: string, text: string];

function identityRows({ identity, vote }: Inspection): readonly Row[] {
  return [
    [
      'identity',
      identity === null
        ? 'none'
        : `${identity.name}, node ${identity.nodeId} of cluster ${identity.clusterId}, ` +
          `store ${identity.storeId}, format ${identity.format}`,
    ],
    [
      'vote',
      vote === null
        ? 'none'
        : `term ${vote.term}, ${vote.votedFor === null ? 'no vote given' : `voted for ${vote.votedFor}`}`,
    ],
  ];
}

function logRows({
  entries,
  base,
  committed,
  confirmed,
  segments,
  bad,
}: Inspection): readonly Row[] {
  const last = entries.at(-1)?.index ?? base;
  return [
    [
      'log',
      entries.length === 0
        ? `no entries behind ${base}`
        : `entries ${base + 1} to ${last}; committed to ${committed}, synced to ${confirmed}`,
    ],
    ...segments.map((file): Row => ['', `${file.path}, ${file.size} bytes, crc ${file.checksum}`]),
    ...(bad === null
      ? []
      : [
          [
            'bad line',
            `${bad.path}, line ${bad.line}: ${bad.why}${bad.isDamage ? ' (damage)' : ''}`,
          ] as const,
        ]),
  ];
}

function dataRows({ checkpoints }: Inspection): readonly Row[] {
  return checkpoints.map(({ path, index, size, checksum, fault }): Row => {
    const state = fault === null ? `as of ${index}` : `damaged: ${fault}`;
    return ['data', `${path}, ${size} bytes, crc ${checksum}, ${state}`];
  });
}

function explainEntries(print: Printer, { entries }: Inspection, count: number): void {
  const shown = count === 0 ? [] : entries.slice(-count);
  if (shown.length === 0) return;
  const rows = shown.map(({ index, term, kind, standing, path, line }) => {
    return [String(index), String(term), kind, standing, `${path}:${line}`];
  });
  for (const line of tableLines(['INDEX', 'TERM', 'KIND', 'STANDING', 'WHERE'], rows)) {
    print.line(`  ${line}`);
  }
  for (const standing of ['committed', 'confirmed', 'unconfirmed'] as const) {
    if (shown.some((entry) => entry.standing === standing)) {
      print.line(`  ${print.colors.dim(`${standing}: ${WHY[standing]}`)}`);
    }
  }
}

function explainComparison(print: Printer, { positions, differences }: Comparison): void {
  const rows = positions.map(({ name, last, committed, checkpoint }) => {
    return [name, String(last), String(committed), String(checkpoint)];
  });
  for (const line of tableLines(['DIRECTORY', 'LAST', 'COMMITTED', 'DATA AS OF'], rows))
    print.line(line);
  if (differences.length === 0) print.line('they agree in everything that has to be the same');
  for (const { message, values } of differences) {
    print.line(`${print.colors.red('differs')}: ${message}`);
    for (const { name, value } of values) print.line(`  ${name}: ${value}`);
  }
}
