/** What stands before the first step: the cluster, and how it is set up. */
import type { Line } from './line.js';
import type { ClusterSpec, RuleSpec, Settings } from './syntax.js';

/** In this order, as every cluster on one machine and in the simulator names its nodes. */
export const NODE_NAMES = ['ada', 'bob', 'cy', 'dan', 'eve', 'fay', 'gus'];

const DEFAULTS: Settings = {
  seed: 1,
  fast: 1,
  checkpointEntries: null,
  heartbeatMs: null,
  linkMs: null,
  diskMs: null,
};

const KEYWORDS = [
  ...['cluster', 'rule', 'seed', 'fast', 'checkpoint', 'heartbeat', 'links', 'disks'],
] as const;

export class Header {
  cluster: ClusterSpec | null = null;
  rule: RuleSpec | null = null;
  settings: Settings = DEFAULTS;

  /** Takes a line, or throws a ScenarioProblem. */
  read(line: Line): void {
    const problem = line.problem('each setting once');
    const before = line.next;
    const keyword = line.oneOf(KEYWORDS, 'a setting, or "step"');
    if (before !== null && this.#seen.has(before)) throw problem;
    this.#seen.add(keyword);
    this.#setting(keyword, line);
    line.mustEnd();
  }

  readonly #seen = new Set<string>();

  #setting(keyword: (typeof KEYWORDS)[number], line: Line): void {
    switch (keyword) {
      case 'cluster':
        this.cluster = clusterOn(line);
        return;
      case 'rule':
        this.rule = ruleOn(line);
        return;
      case 'seed':
        this.settings = { ...this.settings, seed: line.integer('a seed', 0, 999_999_999) };
        return;
      case 'fast':
        this.settings = { ...this.settings, fast: line.integer('a divisor', 2, 100) };
        return;
      case 'checkpoint': {
        line.must('every');
        const checkpointEntries = line.integer('a number of entries', 1, 1_000_000);
        line.must('entries');
        this.settings = { ...this.settings, checkpointEntries };
        return;
      }
      case 'heartbeat':
        this.settings = { ...this.settings, heartbeatMs: line.durationMs() };
        return;
      case 'links':
        this.settings = { ...this.settings, linkMs: line.durationMs() };
        return;
      case 'disks':
        this.settings = { ...this.settings, diskMs: line.durationMs() };
    }
  }
}

/** `cluster ada 10s, bob 30s, cy 40s`: fixed timeouts; `cluster ada, bob, cy`: random ones. */
function clusterOn(line: Line): ClusterSpec {
  const names: string[] = [];
  const electionMs: (number | null)[] = [];
  do {
    const expected = NODE_NAMES[names.length];
    if (expected === undefined) throw line.problem(`at most ${NODE_NAMES.length} nodes`);
    if (!line.takes(expected)) {
      throw line.problem(`"${expected}": nodes are named ${NODE_NAMES.join(', ')}, in this order`);
    }
    names.push(expected);
    electionMs.push(line.isAtEnd || line.next === ',' ? null : line.durationMs());
  } while (line.takes(','));
  return { names, electionMs };
}

/** `rule NAME off`, or `rule NAME off then on`. */
function ruleOn(line: Line): RuleSpec {
  const name = line.name("a rule's name");
  line.must('off');
  if (line.isAtEnd) return { name, thenOn: false };
  line.must('then');
  line.must('on');
  return { name, thenOn: true };
}
