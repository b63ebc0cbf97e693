// The root's rules, for this package's files: run by the root's eslint, with this package's types.
import root from '../../eslint.config.js';

const isIgnoreList = (entry) => entry.ignores !== undefined && Object.keys(entry).length === 1;

/** What asks for types, asks this package's compiler settings. */
const withOwnTypes = (entry) =>
  entry.languageOptions?.parserOptions?.project === undefined
    ? entry
    : {
        ...entry,
        languageOptions: {
          ...entry.languageOptions,
          parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname },
        },
      };

export default [
  { ignores: ['node_modules/', 'cdk.out/'] },
  ...root.filter((entry) => !isIgnoreList(entry)).map(withOwnTypes),
  {
    files: ['**/*.ts'],
    rules: {
      // node:test's describe and test give promises that the runner itself waits for.
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          allowForKnownSafeCalls: [
            { from: 'package', package: 'node:test', name: ['describe', 'test'] },
          ],
        },
      ],
    },
  },
];
