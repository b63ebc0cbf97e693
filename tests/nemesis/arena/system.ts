/** What is put to the test: which programs the hosts run, and how they are asked. */
import type { Control } from './control.js';
import type { Host } from './hosts.js';

export interface Program {
  /** A command that runs instead of Node and a script, or nothing. */
  readonly instead: readonly string[];
  /** A script of the repository, built. */
  readonly script: string;
  readonly environment: Readonly<Record<string, string>>;
}

export interface System {
  readonly proxies: number;
  /** `nodes`: all of them, in order. */
  node(host: Host, nodes: readonly Host[], dataDirectory: string): Program;
  proxy(host: Host, nodes: readonly Host[]): Program;
  control(nodes: readonly Host[], proxies: readonly Host[]): Control;
}
