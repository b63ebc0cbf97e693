// .env.example is written from the table of settings, so the two may never differ.
import { existsSync, readFileSync } from 'node:fs';

/** Says what is wrong, or null. Reads the settings as they were built, by the set-up before this. */
export async function envExample() {
  const built = new URL('../../dist/config/index.js', import.meta.url);
  const { envExample: expected } = await import(built.href);
  if (!existsSync('.env.example')) return '.env.example is missing.';
  if (readFileSync('.env.example', 'utf8') === expected()) return null;
  return '.env.example differs from the table of settings in config/.';
}
