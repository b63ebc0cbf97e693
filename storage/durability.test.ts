/** What was reported durable is there after any crash, and nothing that was never appended is. */
import fc from 'fast-check';
import { logIndex, nodeId, term, type Entry, type LogIndex, type Vote } from '#raft';
import { commands, StorageBench } from '#simulator';
import { RULES } from './rules.js';
import type { Recovered, StorageEvent } from './types.js';

type Action =
  | { readonly do: 'append'; readonly count: number }
  | { readonly do: 'marker' }
  | { readonly do: 'truncate'; readonly back: number }
  | { readonly do: 'commit' }
  | { readonly do: 'checkpoint' }
  | { readonly do: 'release' }
  | { readonly do: 'vote' }
  | { readonly do: 'deliver'; readonly count: number }
  | { readonly do: 'wait' }
  /** Part of what is under way gets done. */
  | { readonly do: 'pause' }
  | { readonly do: 'crash' }
  | { readonly do: 'kill' };

const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('append' as const),
      count: fc.integer({ min: 1, max: 12 }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('deliver' as const),
      count: fc.integer({ min: 1, max: 8 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('truncate' as const),
      back: fc.integer({ min: 1, max: 9 }),
    }),
  },
  {
    weight: 7,
    arbitrary: fc
      .constantFrom<Action['do']>(
        'marker',
        'commit',
        'checkpoint',
        'release',
        'vote',
        'wait',
        'pause',
        'crash',
        'kill',
      )
      .map((name) => ({ do: name }) as Action),
  },
);

/** The storage's user: what it appended, what it was told, what it may therefore rely on. */
class User {
  readonly bench: StorageBench;
  /** What was ever appended at each index, as text: nothing else may come back. */
  readonly #everAppended = new Map<number, Set<string>>();
  /** The log as the user sees it; index 1 is at 0. */
  log: Entry[] = [];
  durable = 0;
  committed = 0;
  vote: Vote = { term: term(0), votedFor: null };
  durableVote: Vote = this.vote;
  /** Entries below are gone, in favour of a checkpoint. */
  checkpoint = 0;
  #term = 1;
  #markers: LogIndex[] = [];
  #seen = 0;

  constructor(seed: number, rules = RULES) {
    this.bench = new StorageBench(seed, { segmentBytes: 1500, rules });
    this.bench.start();
  }

  act(one: Action): void {
    const { storage } = this.bench;
    switch (one.do) {
      case 'append':
        this.#append(commands(this.log.length + 1, one.count, this.#term));
        break;
      case 'marker':
        this.#append([
          {
            index: logIndex(this.log.length + 1),
            term: term(this.#term),
            body: { kind: 'checkpoint' },
          },
        ]);
        break;
      case 'truncate':
        this.#truncate(Math.max(this.committed + 1, this.log.length + 1 - one.back));
        break;
      case 'commit':
        this.committed = Math.max(this.committed, this.durable);
        storage.noteCommit(logIndex(this.committed));
        break;
      case 'checkpoint':
        this.#checkpointNow();
        break;
      case 'release':
        storage.releaseLog(logIndex(this.checkpoint));
        break;
      case 'vote':
        this.vote = { term: term(this.vote.term + 1), votedFor: nodeId(1 + (this.vote.term % 3)) };
        storage.saveVote(this.vote);
        break;
      case 'deliver':
        for (let count = 0; count < one.count; count++) this.bench.deliver();
        break;
      case 'wait':
        this.bench.wait(25);
        break;
      case 'pause':
        this.bench.wait(0.7);
        break;
      case 'crash':
        this.bench.crash();
        this.restart();
        break;
      case 'kill':
        this.bench.kill();
        this.restart();
    }
    this.hear();
  }

  #append(entries: readonly Entry[]): void {
    for (const entry of entries) {
      const known = this.#everAppended.get(entry.index) ?? new Set();
      this.#everAppended.set(entry.index, known.add(JSON.stringify(entry)));
      if (entry.body.kind === 'checkpoint') this.#markers.push(entry.index);
    }
    this.log.push(...entries);
    this.bench.storage.append(entries);
  }

  #truncate(from: number): void {
    if (from > this.log.length) return;
    this.log.length = from - 1;
    this.durable = Math.min(this.durable, from - 1);
    this.#markers = this.#markers.filter((marker) => marker < from);
    this.#term++;
    this.bench.storage.truncate(logIndex(from));
  }

  #checkpointNow(): void {
    const marker = this.#markers.findLast((index) => index <= this.committed);
    const entry = marker === undefined ? undefined : this.log[marker - 1];
    if (marker === undefined || entry === undefined || marker <= this.checkpoint) return;
    const lines = this.log
      .slice(0, marker)
      .map(({ index, term: of }) => `{"applied":${index},"of":${of}}`);
    let at = 0;
    const source = {
      next: (max: number) => (at >= lines.length ? null : lines.slice(at, (at += max))),
      close: () => undefined,
    };
    const membership = { voters: [nodeId(1)], learners: [] };
    this.bench.storage.beginCheckpoint({ index: marker, term: entry.term, membership }, source);
    while (this.bench.storage.work(7));
  }

  hear(): void {
    const { events } = this.bench;
    for (; this.#seen < events.length; this.#seen++) this.#take(events[this.#seen]);
  }

  #take(event: StorageEvent | undefined): void {
    switch (event?.type) {
      case 'log-durable':
        expect(this.log[event.last.index - 1]?.term).toBe(event.last.term);
        this.durable = event.last.index;
        return;
      case 'vote-durable':
        this.durableVote = event.vote;
        return;
      case 'checkpoint-saved':
        this.checkpoint = event.checkpoint.index;
        return;
      default:
        expect(event).toBe('an event that this user expects');
    }
  }

  restart(): void {
    this.hear();
    const recovered = this.bench.start();
    this.#seen = 0;
    this.#check(recovered);
    const last = recovered.entries.at(-1)?.index ?? recovered.base.index;
    const before = this.log.slice(0, recovered.base.index);
    this.log = [...before, ...recovered.entries];
    this.durable = last;
    this.vote = recovered.vote;
    this.durableVote = recovered.vote;
    this.checkpoint = recovered.checkpoint?.index ?? 0;
    this.#term++;
  }

  #check(recovered: Recovered): void {
    const { base, entries, checkpoint, commitIndex, vote } = recovered;
    const last = entries.at(-1)?.index ?? base.index;
    // Rule 20, R32: what was reported durable is there, as it was.
    expect(last).toBeGreaterThanOrEqual(this.durable);
    for (const entry of entries) {
      const texts = this.#everAppended.get(entry.index);
      expect([...(texts ?? [])]).toContain(JSON.stringify(entry));
      if (entry.index <= this.durable) expect(entry).toMatchObject(this.log[entry.index - 1] ?? {});
    }
    expect(entries.map(({ index }) => index)).toEqual(entries.map((_, at) => base.index + 1 + at));
    expect(checkpoint?.index ?? 0).toBeGreaterThanOrEqual(Math.max(this.checkpoint, base.index));
    expect(recovered.stateLines).toHaveLength(checkpoint?.index ?? 0);
    expect(commitIndex).toBeLessThanOrEqual(Math.max(this.committed, checkpoint?.index ?? 0));
    expect(vote.term).toBeGreaterThanOrEqual(this.durableVote.term);
    if (vote.term === this.durableVote.term) expect(vote).toEqual(this.durableVote);
  }
}

const scripts = fc.array(action, { minLength: 10, maxLength: 60 });

function play(seed: number, script: readonly Action[], rules = RULES): void {
  const user = new User(seed, rules);
  for (const one of script) user.act(one);
  user.act({ do: 'crash' });
}

test('rules 20, 32, 35, R32: any appends, cuts, checkpoints, votes and crashes', () => {
  fc.assert(
    fc.property(fc.nat(), scripts, (seed, script) => {
      play(seed, script);
    }),
    { numRuns: 400 },
  );
});

test.each([
  ['entries reported before they are synced', { ...RULES, syncsBeforeReporting: () => false }],
  ['no sync of the directory (rule 32)', { ...RULES, syncsDirectory: () => false }],
  ['every tail taken for damage', { ...RULES, isDamage: () => true }],
])('a planted bug is caught: %s', (_name, rules) => {
  const details = fc.check(
    fc.property(fc.nat(), scripts, (seed, script) => {
      play(seed, script, rules);
    }),
    { numRuns: 1_000, seed: 1 },
  );

  expect(details.failed).toBe(true);
});

test('a conflict that is cut but not synced away can look like damage: hence the sync', () => {
  const script: Action[] = [
    { do: 'append', count: 9 },
    { do: 'deliver', count: 8 },
    { do: 'wait' },
    { do: 'deliver', count: 8 },
    { do: 'truncate', back: 6 },
    { do: 'append', count: 4 },
    // Until the write that follows the cut is under way.
    ...Array.from({ length: 12 }, (): Action => ({ do: 'pause' })),
  ];
  const refusals = (rules: typeof RULES): number => {
    let count = 0;
    for (let seed = 0; seed < 200; seed++) {
      try {
        play(seed, script, rules);
      } catch (error) {
        expect(String(error)).toContain('this is damage');
        count++;
      }
    }
    return count;
  };

  expect(refusals(RULES)).toBe(0);
  expect(refusals({ ...RULES, syncsTruncation: () => false })).toBeGreaterThan(0);
});
