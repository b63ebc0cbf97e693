/** What the enumeration goes through: each history has a number, which replays it. */
import { Random } from '../../simulator/random.js';
import type { Step } from './crash-run.js';

export interface History {
  readonly name: string;
  readonly seed: number;
  readonly script: readonly Step[];
}

/** One for each thing that a storage does; the order of the lanes' steps differs by seed. */
const SCRIPTS: Readonly<Record<string, string>> = {
  initialise: 'kill cut kill',
  append: 'append steps append steps append wait steps append settle append steps',
  vote: 'vote steps ask steps vote steps append vote steps cut vote settle ask steps vote steps',
  rotate:
    'batch steps append append append steps batch steps append append append settle batch steps',
  truncate:
    'append append settle append settle append settle truncate steps append steps truncate steps append settle truncate append steps kill append steps',
  checkpoint:
    'append marker append settle commit commit checkpoint steps append steps wait steps release batch settle commit commit checkpoint settle release steps append steps',
  intake:
    'append append settle commit intake steps intake steps steps append steps intake intake steps steps append steps intake steps intake settle append steps',
  'intake over a conflict':
    'append settle append append settle intake intake steps steps steps append settle append intake intake steps steps kill append steps',
  quarantine:
    'append settle append steps cut append steps cut append append steps cut append steps cut append steps kill append steps cut',
  kills:
    'append steps kill append steps kill vote marker steps kill batch steps kill cut append steps',
};

/** Each script with so many orders of the lanes. */
const ORDERS = 3;
const STEPS: readonly Step[] = [
  ...(['append', 'append', 'append', 'batch', 'marker', 'truncate', 'commit', 'commit'] as const),
  ...(['checkpoint', 'release', 'vote', 'ask', 'intake', 'intake', 'wait', 'settle'] as const),
  ...(['steps', 'steps', 'steps', 'steps', 'steps', 'kill', 'cut'] as const),
];
const RANDOM_STEPS = 40;

const scripted = Object.entries(SCRIPTS);
export const SCRIPTED = scripted.length * ORDERS;

/** The scripted ones come first, then random ones without end. */
export function historyOf(number: number): History {
  const [name, text] = scripted[number % scripted.length] ?? ['', ''];
  if (number < SCRIPTED) return { name, seed: number, script: text.split(' ').filter(isStep) };
  const random = new Random(number);
  const script = Array.from({ length: RANDOM_STEPS }, () => random.pick(STEPS));
  return { name: 'random', seed: number, script };
}

const isStep = (word: string): word is Step => STEPS.some((step) => step === word);
