/**
 * `npm run checkers`: the linearizability checker beside the definition, on 100,000 small histories; one
 * line of figures; exit status 1 if they differ or the histories were not a fair mixture. `--history N`
 * shows one.
 */
import process from 'node:process';
import { parseArgs } from 'node:util';
import { isLinearizableByDefinition } from './by-definition.js';
import { compare, isFair, production, shown } from './comparison.js';
import { historyOf } from './histories.js';

const HISTORIES = 100_000;

const { values } = parseArgs({
  options: {
    histories: { type: 'string' },
    start: { type: 'string' },
    history: { type: 'string' },
  },
});

if (values.history === undefined) {
  const began = performance.now();
  const found = compare(Number(values.start ?? 1), Number(values.histories ?? HISTORIES));
  const { compared, legal, illegal, withUnknown, differences, firstDifference } = found;
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(
    `linearizability: ${compared} small histories compared with the definition, ${legal} legal, ` +
      `${illegal} illegal, ${withUnknown} with unknown outcomes, ${differences} judged differently; ${seconds} s`,
  );
  if (firstDifference !== null)
    console.log(`replay: npm run checkers -- --history ${firstDifference}`);
  if (!isFair(found)) console.log('this was no fair mixture, and proves too little');
  process.exitCode = differences === 0 && isFair(found) ? 0 : 1;
} else {
  const history = historyOf(Number(values.history));
  const [checker, definition] = [production(history), isLinearizableByDefinition(history)];
  console.log(shown(history));
  console.log(`linearizable: by the checker ${checker}, by the definition ${definition}`);
  process.exitCode = checker === definition ? 0 : 1;
}
