// Reads what `aws ssm get-parameters-by-path --output json` prints, and writes each value to a file named as the
// last part of its parameter: parameters-to-files.mjs FOLDER
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { text } from 'node:stream/consumers';

const [folder = '.'] = process.argv.slice(2);
const { Parameters: parameters } = JSON.parse(await text(process.stdin));
if (parameters.length === 0) {
  console.error(
    'relevo: there are no certificates for this host; relevo-aws certs puts them there',
  );
  process.exit(1);
}
for (const { Name: path, Value: value } of parameters) {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (!/^[a-z-]+\.(?:pem|key)$/.test(name)) {
    console.error(`relevo: ${path} is no certificate and no key`);
    process.exit(1);
  }
  writeFileSync(join(folder, name), value.endsWith('\n') ? value : `${value}\n`, { mode: 0o600 });
}
