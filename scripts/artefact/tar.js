// A tar archive (POSIX ustar) whose bytes depend on names and contents alone: no times, no owners, no order of
// a file system. Two people who build the same sources can compare sums.
import { gzipSync } from 'node:zlib';

const BLOCK = 512;
const NAME_BYTES_MAX = 100;
const GZIP_SYSTEM_BYTE = 9;
const UNKNOWN_SYSTEM = 255;

/**
 * `files` are { name, data, isExecutable }: a path with forward slashes, of 100 bytes at most, and a Buffer.
 * Gives the bytes of a .tar.gz.
 */
export function tarball(files) {
  const sorted = [...files].sort((a, b) => (a.name < b.name ? -1 : 1));
  const parts = sorted.flatMap(({ name, data, isExecutable }) => [
    header(name, data.length, isExecutable ? 0o755 : 0o644),
    data,
    Buffer.alloc((BLOCK - (data.length % BLOCK)) % BLOCK),
  ]);
  const packed = gzipSync(Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)]), { level: 9 });
  // zlib writes there which system packed it.
  packed[GZIP_SYSTEM_BYTE] = UNKNOWN_SYSTEM;
  return packed;
}

function header(name, size, mode) {
  if (Buffer.byteLength(name) > NAME_BYTES_MAX)
    throw new Error(`too long for the archive: ${name}`);
  const block = Buffer.alloc(BLOCK);
  const octal = (value, at, length) =>
    block.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at, 'latin1');
  block.write(name, 0);
  octal(mode, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(size, 124, 12);
  octal(0, 136, 12);
  block.write('0', 156, 'latin1');
  block.write('ustar\0' + '00', 257, 'latin1');
  // The sum is taken over the header with blanks in the sum's own place.
  block.fill(' ', 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}
