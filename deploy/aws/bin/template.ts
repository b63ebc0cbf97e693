/** Writes template/: the stacks of the profile `minimal` as plain CloudFormation, and their picture. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { generatedFiles } from '../lib/generated.js';

const folder = fileURLToPath(new URL('../template/', import.meta.url));
mkdirSync(folder, { recursive: true });
for (const [name, text] of generatedFiles()) writeFileSync(folder + name, text);
