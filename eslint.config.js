// The lint rules, all enforced: there is no list of exempt files, and comments in a file can't turn a
// rule off (`noInlineConfig`). Generated code is somebody else's style, so it is left to its generator.
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';
import pure from './scripts/pure-files.cjs';

// Names that would let the outside world into a pure room: a clock, chance, a timer, a promise, a
// process, or an order that depends on the host's language.
const BANNED_IN_PURE_ROOMS = {
  Date: 'A pure room has no clock: time comes in as `now`, in milliseconds.',
  performance: 'A pure room has no clock: time comes in as `now`, in milliseconds.',
  setTimeout: 'A pure room has no timers: say the next `deadline()` and wait for a tick.',
  setInterval: 'A pure room has no timers: say the next `deadline()` and wait for a tick.',
  setImmediate: 'A pure room has no timers: do it now, or say a `deadline()`.',
  queueMicrotask: 'A pure room is driven by events alone: do it now, or say a `deadline()`.',
  Promise: 'A pure room is driven by events alone: report completion as an event.',
  process: 'A pure room does not know the process it runs in: hand the value in.',
  Buffer: 'A pure room has Uint8Array alone, so that it runs in a browser.',
  console: 'A pure room reports through its ports.',
  crypto: 'A pure room draws numbers from the seeded generator in its state.',
  fetch: 'A pure room does no I/O: use its ports.',
  Intl: 'Depends on the language of the host; replicas would differ.',
  WeakRef: 'Depends on the garbage collector; replicas would differ.',
  FinalizationRegistry: 'Depends on the garbage collector; replicas would differ.',
  globalThis: 'A way around every other rule of the pure rooms.',
};

const pureSyntax = (selector, message) => ({ selector, message });

const OURS = {
  '@typescript-eslint/consistent-type-imports': 'error',
  '@typescript-eslint/no-floating-promises': 'error',
  '@typescript-eslint/switch-exhaustiveness-check': [
    'error',
    { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: false },
  ],
  // Numbers read well in messages, and there is only one way to print them.
  '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
  // `() => port.send(x)` is clearer than a block around one call.
  '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
  // `while (true)` is how a reader loop is written.
  '@typescript-eslint/no-unnecessary-condition': [
    'error',
    { allowConstantLoopConditions: 'only-allowed-literals' },
  ],
  '@typescript-eslint/no-unused-vars': [
    'error',
    { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
  ],
  eqeqeq: 'error',
  'no-console': 'off',
  'prefer-const': 'error',
  'no-var': 'error',
  'no-restricted-syntax': [
    'error',
    pureSyntax('TSEnumDeclaration', 'Use a union of string literals: enums are neither.'),
  ],
  // At 400 lines, or a function of 70, a concept is missing: find it.
  'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
  'max-lines-per-function': ['error', { max: 70, skipBlankLines: true, skipComments: true }],
};

export default defineConfig(
  // deploy/aws is a package of its own, checked by these rules once its own packages are installed.
  {
    ignores: [
      'deploy/',
      'dist/',
      'node_modules/',
      'data/',
      'results/',
      'coverage/',
      'rpc/generated/',
    ],
  },
  { linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts'],
    // Ambient declarations of what the pure rooms may use; there is nothing in it to lint.
    ignores: ['pure.d.ts', 'dashboard/src/**'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname },
    },
    rules: OURS,
  },
  {
    // The page runs in a browser, under its own types.
    files: ['dashboard/src/**/*.{ts,tsx}'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: { project: './dashboard/tsconfig.json', tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      ...OURS,
      // A component is one expression, and its size is the picture's.
      'max-lines-per-function': ['error', { max: 90, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    // A `describe` holds a whole file's tests, and a test reads as a story.
    files: ['**/*.test.ts'],
    rules: { 'max-lines-per-function': 'off' },
  },
  {
    ...pure.pureFiles(),
    rules: {
      'no-restricted-globals': [
        'error',
        ...Object.entries(BANNED_IN_PURE_ROOMS).map(([name, message]) => ({ name, message })),
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: BANNED_IN_PURE_ROOMS.crypto },
        { property: 'localeCompare', message: `${BANNED_IN_PURE_ROOMS.Intl} Compare with <.` },
        { property: 'toLocaleString', message: BANNED_IN_PURE_ROOMS.Intl },
      ],
      'no-restricted-syntax': [
        'error',
        pureSyntax('TSEnumDeclaration', 'Use a union of string literals: enums are neither.'),
        pureSyntax(':function[async=true]', BANNED_IN_PURE_ROOMS.Promise),
        pureSyntax('AwaitExpression', BANNED_IN_PURE_ROOMS.Promise),
        pureSyntax('ForOfStatement[await=true]', BANNED_IN_PURE_ROOMS.Promise),
        pureSyntax('ImportExpression', 'A pure room is loaded whole: import at the top.'),
        pureSyntax(
          'ImportDeclaration[source.value=/^node:/]',
          'A pure room does no I/O: use its ports.',
        ),
        pureSyntax(
          'TSTypeReference[typeName.name=/^(Promise|PromiseLike|Buffer|Date)$/]',
          'Not even its type belongs into a pure room.',
        ),
      ],
    },
  },
  {
    files: ['**/*.js', '**/*.cjs'],
    rules: {
      eqeqeq: 'error',
      'prefer-const': 'error',
      'no-var': 'error',
      'no-unused-vars': 'error',
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 70, skipBlankLines: true, skipComments: true }],
    },
  },
);
