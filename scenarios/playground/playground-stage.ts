/** The playground as the stage of a scenario: production's machines in simulated time. Answers at once. */
import {
  Playground,
  type Act,
  type CallSight,
  type Resolve,
  type Start,
} from '#simulator/playground';
import type { FeedLine, MemberSight } from '#rpc/generated/relevo/v1/sight';
import type {
  Answer,
  Ask,
  CallView,
  LogView,
  NodeStanding,
  NodeView,
  StageAct,
  StateFile,
  View,
  WorldSpec,
} from '../language/index.js';

/** Scenarios are short: more entries than this stand in no log of theirs. */
const CELLS = 1_000;
const STATE_FILE = /^data\/\d+\.jsonl$/;

export interface PlaygroundStageOptions {
  /** Finds wrong practices by their names. */
  readonly resolve: Resolve;
  /** Hexadecimal, of a text's UTF-8 bytes. */
  readonly sha256: (text: string) => string;
}

interface Seen {
  readonly events: number;
  readonly acts: number;
  readonly view: View;
}

export class PlaygroundStage {
  #playground: Playground | null = null;
  #seen: Seen | null = null;

  constructor(private readonly options: PlaygroundStageOptions) {}

  /** What is played with; throws before the scenario has begun. */
  get playground(): Playground {
    if (this.#playground === null) throw new Error('the scenario has not begun');
    return this.#playground;
  }

  answer(ask: Ask): Answer {
    switch (ask.type) {
      case 'begin':
        this.#seen = null;
        this.#playground = new Playground(startOf(ask.world), this.options.resolve);
        return { type: 'begin' };
      case 'step':
        return { type: 'step' };
      case 'act':
        return { type: 'act', result: this.playground.act(actOf(ask.act, ask.timeoutMs)) };
      case 'pass':
        this.playground.advance(ask.ms);
        return { type: 'pass' };
      case 'look':
        return { type: 'look', view: this.#look() };
      case 'call':
        return { type: 'call', call: callOf(this.playground.calls(), ask.call) };
      case 'log':
        return { type: 'log', log: logOf(this.playground, ask.node) };
      case 'version': {
        const keys = this.playground.keys(ask.node);
        const version = keys.find(({ key }) => key === ask.key)?.version ?? 0;
        return { type: 'version', version };
      }
      case 'files':
        return { type: 'files', files: this.#files() };
      case 'remarks': {
        const lines = this.playground.feed().filter(isRemark).slice(ask.from);
        return {
          type: 'remarks',
          remarks: lines.map(({ atMs, node, text }) => ({ atMs, node, text })),
        };
      }
    }
  }

  /** Between two events nothing changes but the time. */
  #look(): View {
    const { events, atMs } = this.playground;
    const acts = this.playground.script.acts.length;
    if (this.#seen?.events !== events || this.#seen.acts !== acts) {
      this.#seen = { events, acts, view: viewOf(this.playground) };
    }
    return { ...this.#seen.view, atMs };
  }

  #files(): readonly StateFile[] {
    const { playground } = this;
    const running = playground.sight(0).members.filter(({ state }) => state === 'up');
    return running.map(({ node }) => {
      const paths = playground.files(node).map(({ path }) => path);
      const path =
        paths
          .filter((each) => STATE_FILE.test(each))
          .sort()
          .at(-1) ?? '';
      const sha256 = path === '' ? '' : this.options.sha256(playground.readFile(node, path));
      return { node, path, sha256 };
    });
  }
}

function startOf({
  names,
  electionMs,
  seed,
  checkpointEntries,
  heartbeatMs,
  linkMs,
  diskMs,
  rulesOff,
}: WorldSpec): Start {
  return {
    seed,
    nodes: names.length,
    electionMs,
    ...(checkpointEntries !== null && { checkpointEntries }),
    ...(heartbeatMs !== null && { heartbeatMs }),
    ...(linkMs !== null && { linkMs }),
    ...(diskMs !== null && { diskMs }),
    rulesOff,
  };
}

function actOf(act: StageAct, timeoutMs: number): Act {
  switch (act.type) {
    case 'set':
    case 'get':
    case 'delete':
      return { ...act, timeoutMs };
    default:
      return act;
  }
}

function viewOf(playground: Playground): View {
  const { atMs, members } = playground.sight(0);
  return { atMs, nodes: members.map(nodeOf), broken: playground.broken().join('; ') };
}

function nodeOf({ node, name, state, sight, seenMsAgo }: MemberSight): NodeView {
  return {
    id: node,
    name,
    state: standingOf(state, sight !== undefined && seenMsAgo === 0),
    role: sight?.role ?? 'follower',
    term: sight?.term ?? 0,
    leader: sight?.leader ?? 0,
    lastIndex: sight?.lastIndex ?? 0,
    commitIndex: sight?.commitIndex ?? 0,
    appliedIndex: sight?.appliedIndex ?? 0,
    checkpointIndex: sight?.checkpoint?.index ?? 0,
  };
}

function standingOf(state: string, seen: boolean): NodeStanding {
  if (state === 'up') return seen ? 'up' : 'starting';
  return state === 'paused' ? 'paused' : 'down';
}

function callOf(calls: readonly CallSight[], number: number): CallView {
  const call = calls.find((one) => one.call === number);
  if (call === undefined) throw new RangeError(`there is no call ${number}`);
  const { outcome, code, revision, servedBy, value, act } = call;
  if (outcome === 'pending') return { state: 'pending' };
  if (outcome !== 'ok') return { state: 'failed', code, outcome };
  return { state: 'answered', revision, servedBy, ...(act.type === 'get' && { value }) };
}

function logOf(playground: Playground, id: number): LogView {
  const sight = playground.sight(CELLS).members.find(({ node }) => node === id)?.sight;
  return { firstIndex: sight?.firstIndex ?? 1, terms: sight?.log.map(({ term }) => term) ?? [] };
}

/** What becomes of calls stands in the statements. */
function isRemark({ kind, node }: FeedLine): boolean {
  return kind !== 'answer' && (node !== 0 || kind !== 'act');
}
