/** Addresses as people write them. */

const LOOPBACK = '127.0.0.1';

/**
 * `host:port`, or a port alone on this machine, one or several, with commas or as a list. Throws a
 * TypeError that names the wrong one.
 */
export function parseEndpoints(endpoints: string | readonly string[]): string[] {
  const texts = typeof endpoints === 'string' ? endpoints.split(',') : endpoints;
  const parsed = texts.map((text) => parseEndpoint(text.trim()));
  if (parsed.length === 0) throw new TypeError('no endpoint is given; give at least one host:port');
  return parsed;
}

function parseEndpoint(text: string): string {
  const [, host = '', port = ''] = /^(?:(.+):)?(\d{1,5})$/.exec(text) ?? [];
  const number = Number(port);
  if (port === '' || number < 1 || number > 65_535) {
    throw new TypeError(`the endpoint '${text}' is not host:port, nor a port from 1 to 65535`);
  }
  return `${host === '' ? LOOPBACK : host}:${port}`;
}
