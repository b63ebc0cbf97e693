/** What must not be left behind in any file of the repository. */
import { repositoryFiles, textOf } from './tree.js';

/** Written in parts, so that this file does not hold what it looks for. */
const word = (...parts: string[]): string => parts.join('');

const LEFTOVERS: readonly (readonly [what: string, pattern: RegExp, where: RegExp])[] = [
  ['a note to oneself', new RegExp(word('\\b(FIX', 'ME|TO', 'DO|XX', 'X|HA', 'CK)\\b')), /./],
  ['a silenced lint rule', new RegExp(word('eslint-', 'disable')), /\.(ts|js|cjs)$/],
  ['a silenced type error', new RegExp(word('@ts-', '(ignore|nocheck|expect-error)')), /\.ts$/],
  ['a breakpoint', new RegExp(word('^\\s*debug', 'ger;'), 'm'), /\.(ts|js|cjs)$/],
  ['a focused or skipped test', skippedTest(), /\.test\.ts$/],
  ["a path of a developer's machine", developersPath(), /./],
  [
    "a developer's registry",
    new RegExp(word('"resolved": "(?!https://registry.npm', 'js.org/)')),
    /package-lock\.json$/,
  ],
];

function skippedTest(): RegExp {
  return new RegExp(
    word('\\b(?:(?:test|it|describe)\\.(?:on', 'ly|sk', 'ip|to', 'do)|x(?:test|it|describe))\\('),
  );
}

function developersPath(): RegExp {
  const homes = [
    word('/wo', 'rk/'),
    word('/ro', 'ot/'),
    word('/ho', 'me/\\w+/'),
    word('/Us', 'ers/\\w+/'),
  ];
  return new RegExp(`(?<![\\w.\\])}/])(?:${homes.join('|')})|C:\\\\{1,2}Users`);
}

describe('leftovers', () => {
  // Generated code is its generator's, and the bytes of a picture are no words.
  const files = repositoryFiles().filter(
    (file) => !file.startsWith('rpc/generated/') && !file.endsWith('.png'),
  );

  test.each(LEFTOVERS)('%s is nowhere', (_what, pattern, where) => {
    const looked = files.filter((file) => where.test(file));
    const found = looked.filter((file) => pattern.test(textOf(file)));
    expect(looked.length).toBeGreaterThan(0);
    expect(found).toEqual([]);
  });

  test('each pattern finds what it looks for', () => {
    const samples: Readonly<Record<string, string>> = {
      'a note to oneself': word('// FIX', 'ME later'),
      'a silenced lint rule': word('// eslint-', 'disable-next-line'),
      'a silenced type error': word('// @ts-', 'ignore'),
      'a breakpoint': word('  debug', 'ger;'),
      'a focused or skipped test': word('test.on', "ly('x', () => {});"),
      "a path of a developer's machine": word('see /ho', 'me/ada/notes'),
      "a developer's registry": '"resolved": "http://registry.example/x.tgz"',
    };
    for (const [what, pattern] of LEFTOVERS) expect(samples[what]).toMatch(pattern);
  });
});
