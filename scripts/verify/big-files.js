// A clone stays small: no recording, data directory or binary slips into the repository.
import { execFileSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';

const BYTES_MAX = 512 * 1024;

/** Names every file that git has, or would add, above the limit; null if there is none. */
export function bigFiles() {
  const listed = execFileSync('git', ['ls-files', '-z', '-co', '--exclude-standard'], {
    encoding: 'utf8',
  });
  const big = listed
    .split('\0')
    .filter((file) => file !== '' && existsSync(file) && statSync(file).size > BYTES_MAX)
    .map((file) => `${file}: ${statSync(file).size} bytes; at most ${BYTES_MAX} are allowed.`);
  return big.length === 0 ? null : big.join('\n');
}
