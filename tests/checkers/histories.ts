/**
 * Small random histories of one key, about half of them legal. Two to four clients call one after the
 * other, their calls overlap; a plain variable answers them at a moment of its own within each call, unless
 * it is a moment outside (which is what a stale read or a lost write is); then some answers are spoilt.
 */
import { Random } from '../../simulator/random.js';
import type { RegisterInput, RegisterOutput } from '../../simulator/oracle/register.js';
import type { KeyOperation } from './by-definition.js';

const VALUES = ['a', 'b', 'c'] as const;
export const OPERATIONS_MAX = 7;

interface Planned {
  readonly invoked: number;
  readonly returned: number;
  /** When it takes effect; Infinity: never. */
  readonly effective: number;
  readonly input: RegisterInput;
  readonly isUnknown: boolean;
}

/** The same number gives the same history. */
export function historyOf(number: number): readonly KeyOperation[] {
  const random = new Random(number);
  const planned = plan(random);
  const answers = answersOf(planned);
  const history = planned.map(({ invoked, returned, input, isUnknown }, at): KeyOperation => {
    const output = isUnknown ? undefined : answers[at];
    return { invoked, returned: isUnknown ? Infinity : returned, input, output };
  });
  if (random.chance(0.5)) spoil(random, history);
  if (random.chance(0.2)) spoil(random, history);
  return history;
}

function plan(random: Random): Planned[] {
  const clients = random.integer(2, 4);
  // Seven take all orders of seven, forty times as many as five: they are the smaller part.
  const size = random.pick([2, 3, 4, 4, 4, 4, 5, 5, 5, 5, 5, 5, 6, 6, OPERATIONS_MAX]);
  const unknownChance = random.pick([0, 0, 0.15, 0.4]);
  const straysChance = random.pick([0, 0, 0.2, 0.5]);
  const span = random.pick([2, 6, 15]);
  const freeAt = Array.from({ length: clients }, () => random.next());
  return Array.from({ length: size }, () => {
    const client = random.below(clients);
    const invoked = (freeAt[client] ?? 0) + random.between(0.01, 3);
    const returned = invoked + random.between(0.01, span);
    freeAt[client] = returned;
    const isUnknown = random.chance(unknownChance);
    const strays = random.chance(straysChance);
    const late = isUnknown || strays ? random.between(0, 12) : 0;
    const happens = !isUnknown || random.chance(0.6);
    const within = strays
      ? random.between(invoked - 6, returned)
      : random.between(invoked, returned);
    return {
      invoked,
      returned,
      effective: happens ? within + late : Infinity,
      input: inputOf(random),
      isUnknown,
    };
  });
}

function inputOf(random: Random): RegisterInput {
  const value = random.pick(VALUES);
  switch (random.below(10)) {
    case 0:
    case 1:
    case 2:
    case 3:
      return { kind: 'get' };
    case 4:
    case 5:
    case 6:
      return { kind: 'put', value };
    case 7:
      return { kind: 'delete' };
    default:
      return { kind: 'cas', expected: random.pick([null, ...VALUES]), value };
  }
}

function answersOf(planned: readonly Planned[]): readonly RegisterOutput[] {
  const answers: RegisterOutput[] = [];
  let value: string | null = null;
  let version = 0;
  const order = [...planned.keys()].sort(
    (one, other) => (planned[one]?.effective ?? 0) - (planned[other]?.effective ?? 0),
  );
  for (const at of order) {
    const { input, effective } = planned[at] as Planned;
    if (effective === Infinity) break;
    switch (input.kind) {
      case 'get':
        answers[at] = { kind: 'get', value, version };
        break;
      case 'put':
        answers[at] = { kind: 'put' };
        ({ value, version } = { value: input.value, version: version + 1 });
        break;
      case 'delete':
        answers[at] = { kind: 'delete', deleted: value === null ? 0 : 1 };
        ({ value, version } = { value: null, version: 0 });
        break;
      case 'cas': {
        const succeeded: boolean = value === input.expected;
        answers[at] = { kind: 'cas', succeeded };
        if (succeeded) ({ value, version } = { value: input.value, version: version + 1 });
      }
    }
  }
  return answers;
}

function spoil(random: Random, history: KeyOperation[]): void {
  const at = random.below(history.length);
  const victim = history[at];
  if (victim?.output === undefined) return;
  history[at] = { ...victim, output: spoilt(random, victim.output) };
}

function spoilt(random: Random, output: RegisterOutput): RegisterOutput {
  switch (output.kind) {
    case 'get':
      return { kind: 'get', value: random.pick([...VALUES, null]), version: random.below(4) };
    case 'put':
      return output;
    case 'delete':
      return { kind: 'delete', deleted: 1 - output.deleted };
    case 'cas':
      return { kind: 'cas', succeeded: !output.succeeded };
  }
}
