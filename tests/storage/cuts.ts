/**
 * `cuts`: a writer writes on ext4 until the file system loses its power, killed just before or alive, and
 * the next writer has to find everything that was acknowledged. In a third of the cycles it was killed,
 * started and acknowledged again before. Storages with planted bugs go first, and have to lose something:
 * else this machine's cuts would prove nothing.
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
import { PLANTED, type CutReport, type Planted } from './cut-report.js';
import { PoweredDisk, PowerFailed, whyNoPower } from './power.js';

const WRITER = fileURLToPath(new URL('cut-writer.js', import.meta.url));
/** A new file system and a first start after so many cycles. */
const CYCLES_PER_DISK = 10;
/** A planted bug has to be seen by then. */
const CONTROL_CYCLES_MAX = 100;
/** Says that this process is in a mount namespace of its own. */
const INSIDE = 'RELEVO_POWER_CUTS_INSIDE';

export interface CutOptions {
  readonly cycles: number;
  readonly seed: number;
}

/** The exit status: 0 if nothing was lost, 1 if a promise was broken, 77 where the machine can't do it. */
export async function powerCuts(options: CutOptions): Promise<number> {
  const missing = whyNoPower();
  if (missing !== null) return notRun(missing);
  if (process.env[INSIDE] === undefined) return insideNamespace();
  const root = mkdtempSync(join(process.env['RELEVO_POWER_CUTS_DIR'] ?? tmpdir(), 'relevo-cuts-'));
  try {
    return await new Cuts(root, options).run();
  } catch (error) {
    if (error instanceof PowerFailed) return notRun(error.message);
    throw error;
  } finally {
    spawnSync('umount', ['-l', join(root, 'mounted')]);
    rmSync(root, { recursive: true, force: true });
  }
}

const NOT_RUN = 77;

function notRun(missing: string): number {
  console.error(`NOT RUN: no power was cut, nothing is proved. ${missing}.`);
  console.log('power cuts: NOT RUN');
  return NOT_RUN;
}

/** The namespace takes every mount with it, however this ends. */
function insideNamespace(): number {
  const { status, error } = spawnSync(
    'unshare',
    ['--mount', '--propagation', 'private', process.execPath, ...process.argv.slice(1)],
    { stdio: 'inherit', env: { ...process.env, [INSIDE]: '1' } },
  );
  if (error !== undefined) return notRun(`a mount namespace can not be made: ${error.message}`);
  return status ?? 1;
}

class Cuts {
  readonly #disk: PoweredDisk;
  readonly #random: Random;
  readonly #options: CutOptions;
  #planted: Planted | null = null;
  #ledger = new CutLedger();
  #ledgers: CutLedger[] = [];
  #mounts = new Map<string, number>();
  #lives = 0;
  #restarts = 0;
  #alive = 0;

  constructor(root: string, options: CutOptions) {
    this.#disk = new PoweredDisk(root);
    this.#options = options;
    this.#random = new Random(options.seed);
  }

  async run(): Promise<number> {
    const begun = performance.now();
    const controls: string[] = [];
    for (const planted of PLANTED) {
      const cycles = await this.#control(planted);
      if (cycles === null)
        return notRun(`${planted}: ${CONTROL_CYCLES_MAX} cuts lost nothing of it`);
      controls.push(`${planted} after ${cycles}`);
    }
    this.#forget();
    for (let cycle = 0; cycle < this.#options.cycles; cycle++) {
      const fault = await this.#cycle(cycle, cycle % CYCLES_PER_DISK === 0);
      if (fault !== null) return this.#broken(cycle, fault);
      if (cycle % 50 === 49) console.error(`${cycle + 1} power cuts, nothing lost`);
    }
    const fault = await this.#read();
    if (fault !== null) return this.#broken(this.#options.cycles, fault);
    console.log(this.#figures((performance.now() - begun) / 1000, controls));
    return 0;
  }

  /** After how many cuts a planted bug was seen; null if it was not. */
  async #control(planted: Planted): Promise<number | null> {
    this.#planted = planted;
    for (let cycle = 0; cycle < CONTROL_CYCLES_MAX; cycle++) {
      const fault = (await this.#cycle(0, true)) ?? (await this.#read());
      if (fault === null) continue;
      console.error(`planted: ${planted}; seen: ${fault}`);
      return cycle + 1;
    }
    return null;
  }

  #forget(): void {
    this.#planted = null;
    this.#ledgers = [];
    this.#mounts = new Map();
    this.#lives = 0;
    this.#restarts = 0;
    this.#alive = 0;
  }

  async #cycle(cycle: number, isNew: boolean): Promise<string | null> {
    if (isNew) {
      this.#disk.format(cycle / CYCLES_PER_DISK);
      this.#ledger = new CutLedger();
      this.#ledgers.push(this.#ledger);
    }
    this.#disk.on();
    const { options } = this.#disk;
    this.#mounts.set(options, (this.#mounts.get(options) ?? 0) + 1);
    let fault: string | null = null;
    if (this.#random.chance(1 / 3)) {
      this.#restarts++;
      fault = await this.#live(false);
    }
    const cutsAlive = this.#random.chance(0.5);
    if (cutsAlive) this.#alive++;
    fault ??= await this.#live(cutsAlive);
    if (!cutsAlive) {
      if (this.#random.chance(0.3)) this.#disk.commitNames();
      this.#disk.cut();
    }
    this.#disk.off();
    return fault;
  }

  /** What the last cut left. */
  async #read(): Promise<string | null> {
    this.#disk.on();
    const fault = await this.#live(false, 1);
    this.#disk.off();
    return fault;
  }

  /** One writer, which ends after an arbitrary number of reports: killed, or its disk dead under it. */
  async #live(
    cutsAlive: boolean,
    reports = this.#random.chance(0.1) ? 1 : this.#random.integer(1, 150),
  ): Promise<string | null> {
    this.#lives++;
    this.#ledger.isDeaf = false;
    const directory = join(this.#disk.folder, 'relevo', 'data', 'ada');
    const seed = String(this.#random.bits());
    const writer = spawn(process.execPath, [WRITER, directory, seed, this.#planted ?? ''], {
      // What it says when its disk dies is no news.
      stdio: ['ignore', 'pipe', cutsAlive ? 'ignore' : 'inherit'],
    });
    let left = reports;
    let fault: string | null = null;
    for await (const line of createInterface({ input: writer.stdout })) {
      fault ??= this.#ledger.hear(reportOf(line));
      if (--left !== 0) continue;
      if (cutsAlive) this.#disk.cut();
      this.#ledger.isDeaf = cutsAlive;
      writer.kill('SIGKILL');
    }
    await ended(writer);
    if (fault !== null || left <= 0) return fault;
    return `the writer ended by itself, with status ${String(writer.exitCode)}`;
  }

  #broken(cycle: number, fault: string): number {
    console.error(`power cut ${cycle}, mounted with ${this.#disk.options}: ${fault}`);
    console.error(`seed ${this.#options.seed}; the moment of the kill is not the same again`);
    console.log(`power cuts: a promise was BROKEN after ${cycle} cuts: ${fault}`);
    return 1;
  }

  #figures(seconds: number, controls: readonly string[]): string {
    const sum = (pick: (ledger: CutLedger) => number): number =>
      this.#ledgers.reduce((total, ledger) => total + pick(ledger), 0);
    const mounts = [...this.#mounts].map(([name, count]) => `${name} ${count}`).join(', ');
    return (
      `power cuts: ${this.#options.cycles} (ext4 on a loop device; ${this.#alive} under a living writer, the others behind a killed one; ${mounts}), ` +
      `${this.#restarts} of them after a second life, ${this.#ledgers.length} first starts; ` +
      `${sum((one) => one.acknowledged)} entries, ${sum((one) => one.votes)} votes, ` +
      `${sum((one) => one.checkpoints)} checkpoints acknowledged, ${sum((one) => one.truncations)} conflicts cut, ` +
      `${sum((one) => one.mended)} of ${this.#lives} starts mended something; ` +
      `${sum((one) => one.compared)} entries compared, 0 acknowledged entries lost; ` +
      `planted bugs seen: ${controls.join(', ')}; ${seconds.toFixed(0)} s`
    );
  }
}

const reportOf = (line: string): CutReport => JSON.parse(line) as CutReport;

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  await new Promise((resolve) => child.once('exit', resolve));
}
