/**
 * Golden transcripts: every message and decision of the main scenarios. A change in one is a change
 * of the protocol: read the difference before accepting it.
 */
import { nodeId } from './index.js';
import type { ClusterOptions } from './testing/cluster.js';
import { Cluster } from './testing/cluster.js';

const PATIENT = { electionTimeoutMsMin: 5000, electionTimeoutMsMax: 9000 };

/** What happens after `prepare`. */
function play(
  options: ClusterOptions,
  scenario: (cluster: Cluster) => void,
  prepare: (cluster: Cluster) => void = lead,
): string {
  const lines: string[] = [];
  const trace = (line: string): number => lines.push(line);
  const cluster = new Cluster({ latencyMs: [1, 1], diskMs: [2, 2], ...options, trace });
  prepare(cluster);
  lines.length = 0;
  scenario(cluster);
  return lines.join('\n');
}

const nothing = (): void => undefined;

const lead = (cluster: Cluster): void => {
  cluster.step(1, { type: 'campaign' });
  cluster.run(60);
};

test('an election', () => {
  expect(play({ config: PATIENT }, lead, nothing)).toMatchSnapshot();
});

test('a write', () => {
  const transcript = play({ config: PATIENT }, (cluster) => {
    cluster.propose(1, '"a":1', '"b":2');
    cluster.run(20);
  });
  expect(transcript).toMatchSnapshot();
});

test('a conflict is repaired', () => {
  const logs = {
    1: { terms: [1, 1, 4, 4], term: 4 },
    2: { terms: [1, 1, 4, 4], term: 4 },
    3: { terms: [1, 1, 2, 2, 3, 3], term: 4 },
  };
  expect(play({ config: PATIENT, logs }, lead, nothing)).toMatchSnapshot();
});

test('the leader dies, and its connections with it', () => {
  const transcript = play({ config: PATIENT }, (cluster) => {
    cluster.crash(1);
    for (const id of [2, 3]) cluster.step(id, { type: 'connection-lost', peer: nodeId(1) });
    cluster.run(80);
  });
  expect(transcript).toMatchSnapshot();
});

test('leadership is handed over', () => {
  const transcript = play({ config: PATIENT }, (cluster) => {
    cluster.propose(1, '"a":1');
    cluster.step(1, { type: 'transfer', to: nodeId(3) });
    cluster.run(30);
  });
  expect(transcript).toMatchSnapshot();
});

test('a follower far behind gets a checkpoint', () => {
  const transcript = play(
    { config: PATIENT, checkpointEvery: 5 },
    (cluster) => {
      cluster.start(3);
      cluster.run(280);
    },
    (cluster) => {
      cluster.crash(3);
      lead(cluster);
      for (let times = 0; times < 6; times++) {
        cluster.propose(1, '"a":1', '"b":2');
        cluster.run(10);
      }
    },
  );
  expect(transcript).toMatchSnapshot();
});

test('a read on a follower', () => {
  const transcript = play({ config: PATIENT }, (cluster) => {
    cluster.propose(1, '"a":1');
    cluster.run(4);
    cluster.read(3);
    cluster.run(10);
  });
  expect(transcript).toMatchSnapshot();
});
