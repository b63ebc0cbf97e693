/** Releases that tests start nodes as: what they say, speak, read and write; the code is this one's. */
import { join } from 'node:path';
import type { ClusterProcess } from '#cluster';
import type { Program } from '#rpc/versions';

/** As deployed before greetings had a range: on the wire, all but the one version is absent. */
export const OLD: Program = {
  ...{ release: '', protocolMin: 1, protocolMax: 0 },
  ...{ formatMax: 0, formatWritten: 1 },
};
export const NEW: Program = {
  ...{ release: '0.9.0', protocolMin: 1, protocolMax: 2 },
  ...{ formatMax: 2, formatWritten: 2 },
};
/** Shares nothing with the others. */
export const STRANGE: Program = { ...NEW, release: '5.0.0', protocolMin: 5, protocolMax: 6 };

const NODE = join(import.meta.dirname, '../../dist/tests/releases/node.js');

/** From its next start on. */
export function becomes(process: ClusterProcess, program: Program): void {
  const { settings } = process;
  const environment = { ...settings.environment, RELEASE_UNDER_TEST: JSON.stringify(program) };
  process.settings = { ...settings, program: NODE, environment };
}
