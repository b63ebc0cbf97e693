/** Every command, in the order in which help lists them. */
import type { Verb } from '../verb.js';
import { backup } from './backup.js';
import { cas } from './cas.js';
import { certs } from './certs.js';
import { cluster } from './cluster.js';
import { completionOf } from './completion.js';
import { del } from './del.js';
import { doctor } from './doctor.js';
import { files } from './files.js';
import { get } from './get.js';
import { inspect } from './inspect.js';
import { ls } from './ls.js';
import { restore } from './restore.js';
import { rolling } from './rolling.js';
import { set } from './set.js';
import { transfer } from './transfer.js';
import { watch } from './watch.js';

export const VERBS: readonly Verb[] = [
  set,
  get,
  del,
  ls,
  cas,
  watch,
  cluster,
  transfer,
  files,
  inspect,
  rolling,
  doctor,
  backup,
  restore,
  certs,
  completionOf(() => VERBS),
];
