/** Debian's Chromium, without a screen, driven from here. */
import { existsSync } from 'node:fs';
import process from 'node:process';
import { chromium, type Browser } from 'playwright-core';

const PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** It looks for nobody on the network. */
const ARGUMENTS = [
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

/** Null: there is none on this machine. */
export function chromiumPath(): string | null {
  const named = process.env['CHROMIUM_PATH'];
  return [named, ...PATHS].find((path) => path !== undefined && existsSync(path)) ?? null;
}

export function launch(path: string): Promise<Browser> {
  // Root may not use its sandbox.
  const isRoot = process.getuid?.() === 0;
  return chromium.launch({
    executablePath: path,
    args: isRoot ? [...ARGUMENTS, '--no-sandbox'] : ARGUMENTS,
  });
}
