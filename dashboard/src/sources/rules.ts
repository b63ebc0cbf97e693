/** The wrong rules of lessons, by name. */
import type { Resolve } from '#simulator/playground';
import { rulesOf } from '#zoo/rules';

export const resolveRules: Resolve = (rulesOff) => rulesOf(rulesOff);
