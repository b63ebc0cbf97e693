/** One key of the store as a sequential object: a value that is there or not, and its version. */
import type { Model } from './linearizability.js';

export interface Register {
  /** Null: there is no such key. */
  readonly value: string | null;
  /** Changes since the key was created; 0 if it is not there. */
  readonly version: number;
}

export type RegisterInput =
  | { readonly kind: 'get' }
  | { readonly kind: 'put'; readonly value: string }
  | { readonly kind: 'delete' }
  /** Puts `value` if the present one is `expected` (null: if there is none). */
  | { readonly kind: 'cas'; readonly expected: string | null; readonly value: string };

export type RegisterOutput =
  | { readonly kind: 'get'; readonly value: string | null; readonly version: number }
  | { readonly kind: 'put' }
  | { readonly kind: 'delete'; readonly deleted: number }
  | { readonly kind: 'cas'; readonly succeeded: boolean };

const ABSENT: Register = { value: null, version: 0 };

export const registerModel: Model<Register, RegisterInput, RegisterOutput> = {
  initial: ABSENT,
  step(state, input, output) {
    switch (input.kind) {
      case 'get':
        if (output?.kind !== 'get') return output === undefined ? state : undefined;
        return output.value === state.value && output.version === state.version ? state : undefined;
      case 'put':
        return { value: input.value, version: state.version + 1 };
      case 'delete': {
        const deleted = state.value === null ? 0 : 1;
        if (output?.kind === 'delete' && output.deleted !== deleted) return undefined;
        return ABSENT;
      }
      case 'cas': {
        const succeeded = state.value === input.expected;
        if (output?.kind === 'cas' && output.succeeded !== succeeded) return undefined;
        return succeeded ? { value: input.value, version: state.version + 1 } : state;
      }
    }
  },
  identify: (state) => `${String(state.version)} ${state.value === null ? '' : `=${state.value}`}`,
};
