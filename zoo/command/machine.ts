/** The machine that figures were measured on, in words. */
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';

export function machineText(workers: number): string {
  const model = cpus()[0]?.model ?? 'unknown processor';
  const cores = `${availableParallelism()} cores of ${model}`;
  return `${workers} workers on ${cores}, ${systemText()}, Node ${process.versions.node}`;
}

function systemText(): string {
  const file = '/etc/os-release';
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  return /^PRETTY_NAME="(.*)"$/m.exec(text)?.[1] ?? process.platform;
}
