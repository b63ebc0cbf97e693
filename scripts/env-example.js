// Writes .env.example from the table of settings in config/.
import { writeFileSync } from 'node:fs';

const built = new URL('../dist/config/index.js', import.meta.url);
const { envExample } = await import(built.href);
writeFileSync(new URL('../.env.example', import.meta.url), envExample());
