/**
 * `cuts`: a writer on ext4 is killed, the file system loses its power, and the next writer has to find
 * everything that was acknowledged. In a third of the cycles it is killed, started and acknowledged again
 * before the cut.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { Random } from '../../simulator/random.js';
import { CutLedger } from './cut-ledger.js';
import type { CutReport } from './cut-report.js';
import { PoweredDisk, whyNoPower } from './power.js';

const WRITER = fileURLToPath(new URL('cut-writer.js', import.meta.url));
/** A new file system and a first start after so many cycles. */
const CYCLES_PER_DISK = 10;
/** Says that this process is in a mount namespace of its own. */
const INSIDE = 'RELEVO_POWER_CUTS_INSIDE';

export interface CutOptions {
  readonly cycles: number;
  readonly seed: number;
}

/** True if nothing was lost; loud, and false, where the machine can't do it. */
export async function powerCuts(options: CutOptions): Promise<boolean> {
  const missing = whyNoPower();
  if (missing !== null) return notRun(missing);
  if (process.env[INSIDE] === undefined) return insideNamespace();
  const root = mkdtempSync(join(process.env['RELEVO_POWER_CUTS_DIR'] ?? tmpdir(), 'relevo-cuts-'));
  try {
    return await new Cuts(root, options).run();
  } finally {
    spawnSync('umount', ['-l', join(root, 'mounted')]);
    rmSync(root, { recursive: true, force: true });
  }
}

function notRun(missing: string): boolean {
  console.error(`NOT RUN: no power was cut, nothing is proved. ${missing}.`);
  console.log('power cuts: 0 cycles, NOT RUN');
  return false;
}

/** The namespace takes every mount with it, however this ends. */
function insideNamespace(): boolean {
  const { status, error } = spawnSync(
    'unshare',
    ['--mount', '--propagation', 'private', process.execPath, ...process.argv.slice(1)],
    { stdio: 'inherit', env: { ...process.env, [INSIDE]: '1' } },
  );
  if (error !== undefined) return notRun(`a mount namespace can not be made: ${error.message}`);
  return status === 0;
}

class Cuts {
  readonly #disk: PoweredDisk;
  readonly #random: Random;
  readonly #options: CutOptions;
  #ledger = new CutLedger();
  readonly #ledgers: CutLedger[] = [];
  readonly #mounts = new Map<string, number>();
  #lives = 0;
  #restarts = 0;

  constructor(root: string, options: CutOptions) {
    this.#disk = new PoweredDisk(root);
    this.#options = options;
    this.#random = new Random(options.seed);
  }

  async run(): Promise<boolean> {
    const begun = performance.now();
    for (let cycle = 0; cycle < this.#options.cycles; cycle++) {
      const fault = await this.#cycle(cycle);
      if (fault !== null) return this.#broken(cycle, fault);
      if (cycle % 50 === 49) console.error(`${cycle + 1} power cuts, nothing lost`);
    }
    // What the last cut left is read too.
    this.#disk.on();
    const fault = await this.#live();
    this.#disk.cut();
    if (fault !== null) return this.#broken(this.#options.cycles, fault);
    console.log(this.#figures((performance.now() - begun) / 1000));
    return true;
  }

  async #cycle(cycle: number): Promise<string | null> {
    if (cycle % CYCLES_PER_DISK === 0) {
      this.#disk.format(cycle / CYCLES_PER_DISK);
      this.#ledger = new CutLedger();
      this.#ledgers.push(this.#ledger);
    }
    this.#disk.on();
    const { options } = this.#disk;
    this.#mounts.set(options, (this.#mounts.get(options) ?? 0) + 1);
    let fault = await this.#live();
    if (fault === null && this.#random.chance(1 / 3)) {
      this.#restarts++;
      fault = await this.#live();
    }
    if (this.#random.chance(0.3)) this.#disk.commitNames();
    this.#disk.cut();
    return fault;
  }

  /** One writer from its start until it is killed, after an arbitrary number of reports. */
  async #live(): Promise<string | null> {
    this.#lives++;
    const directory = join(this.#disk.folder, 'relevo', 'data', 'ada');
    const writer = spawn(process.execPath, [WRITER, directory, String(this.#random.bits())], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let left = this.#random.chance(0.1) ? 1 : this.#random.integer(1, 150);
    let fault: string | null = null;
    for await (const line of createInterface({ input: writer.stdout })) {
      fault ??= this.#ledger.hear(reportOf(line));
      if (--left === 0) writer.kill('SIGKILL');
    }
    await ended(writer);
    if (fault === null && writer.signalCode !== 'SIGKILL') {
      return `the writer ended by itself, with status ${String(writer.exitCode)}`;
    }
    return fault;
  }

  #broken(cycle: number, fault: string): boolean {
    console.error(`power cut ${cycle}, mounted with ${this.#disk.options}: ${fault}`);
    console.error(`seed ${this.#options.seed}; the moment of the kill is not the same again`);
    console.log(`power cuts: a promise was BROKEN after ${cycle} cuts: ${fault}`);
    return false;
  }

  #figures(seconds: number): string {
    const sum = (pick: (ledger: CutLedger) => number): number =>
      this.#ledgers.reduce((total, ledger) => total + pick(ledger), 0);
    const mounts = [...this.#mounts].map(([name, count]) => `${name} ${count}`).join(', ');
    return (
      `power cuts: ${this.#options.cycles} (ext4 on a loop device, shut down behind a killed writer; ${mounts}), ` +
      `${this.#restarts} of them after a second life, ${this.#ledgers.length} first starts; ` +
      `${sum((one) => one.acknowledged)} entries, ${sum((one) => one.votes)} votes, ` +
      `${sum((one) => one.checkpoints)} checkpoints acknowledged, ${sum((one) => one.truncations)} conflicts cut, ` +
      `${sum((one) => one.mended)} of ${this.#lives} starts mended something; ` +
      `${sum((one) => one.compared)} entries compared, 0 acknowledged entries lost; ${seconds.toFixed(0)} s`
    );
  }
}

const reportOf = (line: string): CutReport => JSON.parse(line) as CutReport;

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  await new Promise((resolve) => child.once('exit', resolve));
}
