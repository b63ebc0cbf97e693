#!/usr/bin/env node
import { existsSync } from 'node:fs';
import process from 'node:process';

const program = new URL('../dist/services/client/main.js', import.meta.url);
if (existsSync(program)) {
  await import(program.href);
} else {
  process.stderr.write('relevo is not built yet; run "npm run client" once, or "npm run build".\n');
  process.exitCode = 2;
}
