/** What belongs to one lab is named after it, so that it can be found, and nothing else is touched. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const PREFIX = 'relevo-lab-';

/** `id` is six hexadecimal digits. */
export interface LabNames {
  readonly id: string;
  /** Everything that the lab writes, its instances' disks included. */
  readonly folder: string;
  /** Its control group, and the name of its network namespace; an instance's begins with it. */
  readonly group: string;
}

export const namesOf = (id: string): LabNames => ({
  id,
  folder: join(tmpdir(), PREFIX + id),
  group: PREFIX + id,
});
