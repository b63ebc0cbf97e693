import { rulesOf, type Cut } from './firewall.js';

const ADDRESSES = new Map([
  ['ada', '10.77.0.11'],
  ['bob', '10.77.0.12'],
]);
const cut = (from: string, to: string, treatment: Cut['treatment']): Cut => ({
  from,
  to,
  treatment,
});

describe('the rules of a host', () => {
  const cuts = [
    cut('ada', 'bob', { kind: 'drop' }),
    cut('bob', 'ada', { kind: 'reset' }),
    cut('ada', 'bob', { kind: 'loss', percent: 7 }),
  ];

  test('are those of packets that come in, each direction alone', () => {
    const rules = rulesOf('bob', cuts, ADDRESSES);
    expect(rules).toContain('ip saddr 10.77.0.11 drop');
    expect(rules).toContain('ip saddr 10.77.0.11 numgen random mod 100 < 7 drop');
    expect(rules).not.toContain('reset');
    expect(rulesOf('ada', cuts, ADDRESSES)).toContain(
      'ip saddr 10.77.0.12 meta l4proto tcp reject with tcp reset',
    );
  });

  test('replace what was there, also by nothing', () => {
    expect(rulesOf('bob', [], ADDRESSES)).toMatch(/^flush ruleset\n/);
    expect(rulesOf('bob', [], ADDRESSES)).not.toContain('saddr');
  });

  test('name a host that is not there', () => {
    expect(() => rulesOf('bob', [cut('cy', 'bob', { kind: 'drop' })], ADDRESSES)).toThrow('cy');
  });
});
