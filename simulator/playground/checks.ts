/** What comes from outside, a link above all, is taken for nothing before it was looked at. */
import type {
  Act,
  DiskState,
  ForkedNode,
  NodeActType,
  Script,
  ScriptedAct,
  Start,
  Asked,
} from './types.js';

export const SCRIPT_LIMITS = Object.freeze({
  actsMax: 2_000,
  eventsMax: 5_000_000,
  /** Of a key, and of a value, in characters. */
  keyMax: 1_024,
  valueMax: 16_384,
  /** Of all forked files together, in characters. */
  filesMax: 8 * 1024 * 1024,
  /** Of an encoded script. */
  encodedMax: 16 * 1024 * 1024,
});

const NODES_MAX = 7;
/** Thirty years. */
const TIME_MAX_MS = 1e12;
const NODE_ACTS: ReadonlySet<string> = new Set<NodeActType>([
  ...(['kill', 'stop', 'start', 'pause', 'resume', 'lose-power', 'wipe'] as const),
  ...(['isolate', 'remove-node'] as const),
]);
const DISK_STATES: readonly DiskState[] = ['stalls', 'full', 'fails', 'works'];

/** All of these throw a RangeError that names what is wrong, and where. */
export function checkedScript(from: unknown): Script {
  const { start, acts, events, atMs } = fieldsOf(from, 'the script');
  const { actsMax, eventsMax } = SCRIPT_LIMITS;
  if (!Array.isArray(acts) || acts.length > actsMax)
    throw new RangeError(`acts: give a list of at most ${String(actsMax)}`);
  const script = {
    start: checkedStart(start),
    acts: acts.map(scriptedAct),
    events: whole(events, 'events', 0, eventsMax),
    atMs: number(atMs, 'atMs', 0, TIME_MAX_MS),
  };
  let last: Pick<ScriptedAct, 'at' | 'atMs'> = { at: 0, atMs: 0 };
  for (const one of script.acts) {
    if (one.at < last.at || one.atMs < last.atMs || one.at > script.events)
      throw new RangeError(`acts: that at event ${String(one.at)} is out of order`);
    last = one;
  }
  return script;
}

function scriptedAct(from: unknown): ScriptedAct {
  const { at, atMs, act } = fieldsOf(from, 'an act of the script');
  return {
    at: whole(at, 'at', 0, SCRIPT_LIMITS.eventsMax),
    atMs: number(atMs, 'atMs', 0, TIME_MAX_MS),
    act: checkedAct(act),
  };
}

export function checkedStart(from: unknown): Start {
  const start = fieldsOf(from, 'start');
  const files = optional(start.files, forkedNodes);
  const nodes = files === undefined ? whole(start.nodes, 'nodes', 1, NODES_MAX) : files.length;
  const heartbeatMs = optional(start.heartbeatMs, (ms) => number(ms, 'heartbeatMs', 10, 60_000));
  const electionMs = optional(start.electionMs, (list) =>
    timeouts(list, nodes, heartbeatMs ?? 100),
  );
  const diskMs = optional(start.diskMs, (ms) => number(ms, 'diskMs', 0.01, 10_000));
  const linkMs = optional(start.linkMs, (ms) => number(ms, 'linkMs', 0.01, 10_000));
  const rulesOff = optional(start.rulesOff, ruleNames);
  const checkpointEntries = optional(start.checkpointEntries, (entries) =>
    whole(entries, 'checkpointEntries', 2, 1_000_000),
  );
  return {
    seed: whole(start.seed, 'seed', 0, Number.MAX_SAFE_INTEGER),
    nodes,
    ...(electionMs && { electionMs }),
    ...(heartbeatMs !== undefined && { heartbeatMs }),
    ...(checkpointEntries !== undefined && { checkpointEntries }),
    ...(diskMs !== undefined && { diskMs }),
    ...(linkMs !== undefined && { linkMs }),
    ...(rulesOff && { rulesOff }),
    ...(files && { files }),
  };
}

/** A fixed timeout shorter than three heartbeats would end leaderships that are well. */
function timeouts(from: unknown, nodes: number, heartbeatMs: number): (number | null)[] {
  if (!Array.isArray(from) || from.length > nodes)
    throw new RangeError(`electionMs: give a list of at most ${String(nodes)}, one for each node`);
  return from.map((ms: unknown) =>
    ms === null ? null : number(ms, 'electionMs', 3 * heartbeatMs, 3_600_000),
  );
}

function ruleNames(from: unknown): string[] {
  if (!Array.isArray(from) || from.length > 20)
    throw new RangeError('rulesOff: give a list of at most 20 names');
  return from.map((name) => text(name, 'rulesOff', 100));
}

function forkedNodes(from: unknown): ForkedNode[] {
  if (!Array.isArray(from) || from.length === 0 || from.length > NODES_MAX)
    throw new RangeError(`files: give 1 to ${String(NODES_MAX)} nodes`);
  const nodes = from.map(forkedNode);
  const size = nodes.reduce((all, { files }) => {
    return files.reduce((sum, one) => sum + one.text.length, all);
  }, 0);
  if (size > SCRIPT_LIMITS.filesMax)
    throw new RangeError(`files: at most ${String(SCRIPT_LIMITS.filesMax)} characters in all`);
  if (new Set(nodes.map(({ node }) => node)).size < nodes.length)
    throw new RangeError('files: a node stands there twice');
  return nodes;
}

function forkedNode(from: unknown): ForkedNode {
  const { node, name, files, led } = fieldsOf(from, 'files');
  if (!Array.isArray(files) || files.length > 10_000)
    throw new RangeError('files: give a list of at most 10,000 files for each node');
  return {
    node: nodeOf(node, 'node'),
    name: text(name, 'name', 100),
    files: files.map((file: unknown) => {
      const fields = fieldsOf(file, 'files');
      const path = text(fields.path, 'path', 200);
      return { path, text: text(fields.text, path, SCRIPT_LIMITS.filesMax) };
    }),
    ...(led === true && { led }),
  };
}

export function checkedAct(from: unknown): Act {
  const act = fieldsOf(from, 'an act');
  const { type } = act;
  switch (type) {
    case 'set':
      return { type, ...keyOf(act), value: valueOf(act.value, 'value') };
    case 'get':
      return { type, ...keyOf(act), ...(act.stale === true && { stale: true }) };
    case 'delete':
      return { type, ...keyOf(act) };
    case 'cas': {
      const expected = act.expected === null ? null : valueOf(act.expected, 'expected');
      return { type, ...keyOf(act), expected, value: valueOf(act.value, 'value') };
    }
    case 'expire':
      if (act.timer !== 'election') throw new RangeError('timer: only election expires by hand');
      return { type, node: nodeOf(act.node, 'node'), timer: act.timer };
    case 'cut':
    case 'mend':
      return { type, from: nodeOf(act.from, 'from'), to: nodeOf(act.to, 'to') };
    case 'drop':
      return { type, flight: whole(act.flight, 'flight', 1, Number.MAX_SAFE_INTEGER) };
    case 'disk': {
      const how = DISK_STATES.find((one) => one === act.how);
      if (how === undefined) throw new RangeError(`how: give one of ${DISK_STATES.join(', ')}`);
      return { type, node: nodeOf(act.node, 'node'), how };
    }
    case 'heal':
    case 'add-node':
    case 'align-timers':
      return { type };
    case 'transfer':
      return { type, to: nodeOf(act.to, 'to') };
    default:
      if (!isNodeAct(type)) throw new RangeError(`there is no act ${JSON.stringify(type)}`);
      return { type, node: nodeOf(act.node, 'node') };
  }
}

function isNodeAct(type: unknown): type is NodeActType {
  return typeof type === 'string' && NODE_ACTS.has(type);
}

function keyOf({ key, via, timeoutMs }: Fields): { readonly key: string } & Asked {
  const known = text(key, 'key', SCRIPT_LIMITS.keyMax);
  if (known === '') throw new RangeError('key: it may not be empty');
  const limit = optional(timeoutMs, (ms) => number(ms, 'timeoutMs', 1, 3_600_000));
  return {
    key: known,
    via: via === 'proxy' ? via : nodeOf(via, 'via'),
    ...(limit !== undefined && { timeoutMs: limit }),
  };
}

function valueOf(from: unknown, what: string): string {
  return text(from, what, SCRIPT_LIMITS.valueMax);
}

function nodeOf(from: unknown, what: string): number {
  return whole(from, what, 1, 2 ** 32 - 1);
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(from: unknown, what: string): Fields {
  if (typeof from !== 'object' || from === null || Array.isArray(from))
    throw new RangeError(`${what}: give an object`);
  return from as Fields;
}

function optional<Checked>(from: unknown, check: (from: unknown) => Checked): Checked | undefined {
  return from === undefined ? undefined : check(from);
}

function text(from: unknown, what: string, max: number): string {
  if (typeof from !== 'string' || from.length > max)
    throw new RangeError(`${what}: give a text of at most ${String(max)} characters`);
  return from;
}

function number(from: unknown, what: string, min: number, max: number): number {
  if (typeof from !== 'number' || !(from >= min && from <= max))
    throw new RangeError(`${what}: give a number from ${String(min)} to ${String(max)}`);
  return from;
}

function whole(from: unknown, what: string, min: number, max: number): number {
  if (!Number.isInteger(from))
    throw new RangeError(`${what}: give a whole number from ${String(min)} to ${String(max)}`);
  return number(from, what, min, max);
}
