import { CommitProbe } from './commit-probe.js';

describe('the commit probe', () => {
  test('measures one entry, from its append until it is committed', () => {
    const probe = new CommitProbe();
    probe.appended(5, 100);
    probe.appended(6, 104);

    expect(probe.committed(4, 107)).toBeNull();
    expect(probe.committed(6, 110)).toBe(10);
    expect(probe.committed(6, 120)).toBeNull();
    probe.appended(7, 130);
    expect(probe.committed(7, 131)).toBe(1);
  });

  test('forgets what a lost leadership leaves', () => {
    const probe = new CommitProbe();
    probe.appended(5, 100);
    probe.forget();

    expect(probe.committed(5, 110)).toBeNull();
  });

  test('goes on from its dump', () => {
    const probe = new CommitProbe();
    probe.appended(5, 100);

    expect(new CommitProbe(probe.dump()).committed(5, 103)).toBe(3);
  });
});
