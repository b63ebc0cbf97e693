/** How every write that was done is reported. */
import type { Written } from '#client';
import type { Call } from '../call.js';

/** `OK rev 12 (2.1 ms)`; the time for a person only. */
export function reportWritten(
  call: Call,
  what: string,
  written: Written,
  startedMs: number,
  more: Readonly<Record<string, unknown>> = {},
): void {
  const { print } = call;
  const { revision, requestId, readGone } = written;
  switch (print.form) {
    case 'raw':
      return;
    case 'json':
    case 'ndjson':
      print.json({ ok: true, revision, requestId, ...more, ...(readGone && { readGone }) });
      return;
    case 'table': {
      const took = `(${(call.world.now() - startedMs).toFixed(1)} ms)`;
      const time = print.decorated ? ` ${print.colors.dim(took)}` : '';
      print.line(`${print.colors.green(what)} rev ${String(revision)}${time}`);
    }
  }
}
