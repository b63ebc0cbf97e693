/** Callers' actions as the store's operations, and its results as what the callers saw. */
import type { Operation, OperationResult, Pair, RangeResult } from '#kv';
import { RequestKind } from '#rpc/session/frames';
import type { Action, Answer, Sight } from './oracle/history.js';

export const PAIR_KEYS = ['/a', '/b'] as const;

export function operationOf(action: Action): Operation {
  switch (action.kind) {
    case 'put':
      if (!action.pair) return put(action.subject, action.value);
      return {
        kind: 'txn',
        compares: [],
        success: PAIR_KEYS.map((part) => put(action.subject + part, action.value)),
        failure: [],
      };
    case 'delete':
      return { kind: 'delete', key: action.subject, end: null, returnPrevious: false };
    case 'get':
      return rangeOf(action.subject, action.pair);
    case 'cas': {
      const range = { key: action.subject, end: null, result: 'equal' } as const;
      return {
        kind: 'txn',
        compares: [
          action.expected === null
            ? { ...range, target: 'version', number: 0 }
            : { ...range, target: 'value', value: action.expected },
        ],
        success: [put(action.subject, action.value)],
        failure: [rangeOf(action.subject, false)],
      };
    }
  }
}

/** The range that shows a subject, at a revision (0: now). */
export function rangeOf(
  subject: string,
  pair: boolean,
  revision = 0,
): Operation & { kind: 'range' } {
  // '0' follows '/': both keys of a pair, and nothing else.
  const keys = pair ? { key: `${subject}/`, end: `${subject}0` } : { key: subject, end: null };
  return { kind: 'range', ...keys, limit: 0, revision, keysOnly: false, countOnly: false };
}

export function requestKindOf(action: Action): number {
  if (action.kind !== 'get') return RequestKind.write;
  return action.stale ? RequestKind.staleRead : RequestKind.read;
}

export function answerOf(action: Action, result: OperationResult, servedBy: number): Answer {
  const answer: Answer = {
    revision: result.revision,
    servedBy,
    sight: null,
    succeeded: null,
    deleted: null,
  };
  switch (result.kind) {
    case 'put':
      return answer;
    case 'delete':
      return { ...answer, deleted: result.deleted };
    case 'range':
      return { ...answer, sight: sightOf(result, action.kind === 'get' && action.pair) };
    case 'txn': {
      if (action.kind !== 'cas') return answer;
      const [first] = result.results;
      const told = !result.succeeded && result.readGone !== true;
      const sight = told && first?.kind === 'range' ? sightOf(first, false) : null;
      return { ...answer, succeeded: result.succeeded, sight };
    }
  }
}

/** The halves of a pair that differ give a value that nobody wrote. */
export function sightOf(result: RangeResult, pair: boolean): Sight {
  const [first, second] = result.pairs;
  if (first === undefined) return { value: null, version: 0, modRevision: 0 };
  const { value, version, modRevision } = first;
  if (!pair || sameHalf(first, second)) return { value, version, modRevision };
  return { value: `torn: ${value} and ${second?.value ?? 'nothing'}`, version, modRevision };
}

function sameHalf(first: Pair, second: Pair | undefined): boolean {
  return (
    first.value === second?.value &&
    first.version === second.version &&
    first.modRevision === second.modRevision
  );
}

function put(key: string, value: string): Operation {
  return { kind: 'put', key, value, lease: 0, returnPrevious: false };
}
