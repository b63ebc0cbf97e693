/** The files that the build put beside the page. One that can't be read is said where it is missed. */
import { signal } from '@preact/signals';

/** Why a file that was asked for is not there; null: nothing is missing. */
export const unread = signal<string | null>(null);

/** Its text; null, and `unread` says why, if it can't be read. */
export async function textOf(file: string): Promise<string | null> {
  const reason = await fetch(file).then(
    async (response) => {
      if (!response.ok) return `the proxy answered ${String(response.status)}`;
      const text = await response.text();
      unread.value = null;
      return { text };
    },
    () => 'the proxy does not answer',
  );
  if (typeof reason !== 'string') return reason.text;
  unread.value =
    `This could not be read: ${reason}. Is the proxy running? Try again then; if it was replaced by ` +
    'another release, load the page again.';
  return null;
}
