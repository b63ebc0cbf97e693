/** Where the repository is: this file is built to dist/tests/nemesis/arena/. */
import { fileURLToPath } from 'node:url';

const ABOVE = import.meta.url.endsWith('.ts') ? '../../..' : '../../../..';

export const REPOSITORY = fileURLToPath(new URL(ABOVE, import.meta.url));
