/** What a server says to a connection that it will not serve, before there is any session to say it in. */

const SETTINGS = 4;
const GOAWAY = 7;

/** A server's own preface (an empty SETTINGS, RFC 9113, 3.4) and a GOAWAY (6.8) that carries the reason. */
export function lastWords(code: number, reason: string): Buffer {
  const text = Buffer.from(reason, 'utf8');
  const goAway = Buffer.alloc(8 + text.length);
  // The first four bytes: no stream was processed.
  goAway.writeUInt32BE(code, 4);
  text.copy(goAway, 8);
  return Buffer.concat([frame(SETTINGS, Buffer.alloc(0)), frame(GOAWAY, goAway)]);
}

/** Of the connection: stream 0, no flags. */
function frame(type: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  return Buffer.concat([head, payload]);
}
