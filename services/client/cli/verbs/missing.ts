import type { Call } from '../call.js';
import { ExitCode } from '../exit-code.js';

/** Missing is not empty (R57): nothing on standard output but with json, and an exit code of its own. */
export function reportMissing(call: Call, argument: string): ExitCode {
  const { print, settings } = call;
  if (print.form === 'json' || print.form === 'ndjson') {
    print.json({ found: false, [settings.keysAreBase64 ? 'key64' : 'key']: argument });
  } else {
    print.note(`no such key: ${argument}`);
  }
  return ExitCode.negative;
}
