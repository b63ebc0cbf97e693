/**
 * A replica that is dumped at any moment and loaded again is the same machine: from then on it answers
 * every event as the one it came from does.
 */
import { Replica, type Ports, type ReplicaConfig } from './machines.js';
import { run } from './index.js';
import { Random } from './random.js';
import { productionWire } from './wire.js';

type From = ConstructorParameters<typeof Replica>[1];
type State = ReturnType<Replica['dump']>;

/** As text; whatever is no plain data is refused. */
function textOf(value: unknown): string {
  return JSON.stringify(plain(value, 'it'));
}

function plain(value: unknown, where: string): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (value instanceof Uint8Array) return { bytes: Array.from(value) };
  if (Array.isArray(value)) return value.map((one, at) => plain(one, `${where}[${String(at)}]`));
  if (typeof value !== 'object' || value instanceof Map || value instanceof Set) {
    throw new Error(`${where} is of type ${typeof value}, or a map or set: no plain data`);
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, plain(inner, `${where}.${name}`)]),
  );
}

function stateOf(text: string): State {
  return JSON.parse(text, (_, value: unknown) => {
    if (typeof value !== 'object' || value === null || !('bytes' in value)) return value;
    return Array.isArray(value.bytes) ? Uint8Array.from(value.bytes as number[]) : value;
  }) as State;
}

/** Ports that keep what they are told, and pass it on if there is anybody to pass it on to. */
class Recorder {
  readonly ports: Ports;
  /** Whether each message of the present event left: the world's answer, which the twin hears too. */
  sendings: boolean[] = [];
  private heard: string[] = [];

  constructor({ codec }: Ports, through: Ports | null) {
    const keep = (what: string, ...told: unknown[]): void => {
      this.heard.push(`${what} ${told.map(textOf).join(' ')}`);
    };
    this.ports = {
      codec,
      report: (report) => {
        keep('report', report);
        through?.report(report);
      },
      disk: {
        submit: (request) => {
          keep('disk', request);
          through?.disk.submit(request);
        },
      },
      network: {
        send: (to, message) => {
          keep('send', to, message);
          const sent = through?.network.send(to, message) ?? this.sendings.shift() ?? false;
          if (through !== null) this.sendings.push(sent);
          return sent;
        },
        reply: (connection, replies) => {
          keep('reply', connection, replies);
          through?.network.reply(connection, replies);
        },
        unread: (connection) => through?.network.unread(connection) ?? 0,
        publish: (state) => {
          keep('publish', state);
          through?.network.publish(state);
        },
      },
    };
  }

  take(): string {
    const text = this.heard.join('\n');
    this.heard = [];
    return text;
  }
}

interface Twin {
  readonly replica: Replica;
  readonly recorder: Recorder;
}

/** What the dumps caught in the middle. */
const caught = {
  leading: 0,
  'a checkpoint being written': 0,
  'writes on their way': 0,
  'reads that were asked for': 0,
  'reads that are asked for again': 0,
  'forwarded requests': 0,
  stopping: 0,
  'a failed disk': 0,
};

function take(state: State): void {
  const { applier, leading, desk, condition } = state.parts;
  const now: Record<keyof typeof caught, boolean> = {
    leading: leading !== null,
    'a checkpoint being written': applier.writing,
    'writes on their way': desk.proposals.waiting.length > 0,
    'reads that were asked for': desk.reads.reads.asked.length > 0,
    'reads that are asked for again': desk.reads.postponed.length > 0,
    'forwarded requests': desk.forwarding.forwarded.length > 0,
    stopping: condition.stopping,
    'a failed disk': condition.failure !== null,
  };
  for (const what of Object.keys(caught) as (keyof typeof caught)[]) if (now[what]) caught[what]++;
}

/** A replica with a twin, which is replaced now and then by one that is loaded from a dump. */
class Twinned extends Replica {
  private twin: Twin | null = null;
  private renewals = 0;

  constructor(
    private readonly settings: ReplicaConfig,
    from: From,
    private readonly recorder: Recorder,
    private readonly random: Random,
  ) {
    super(settings, from, recorder.ports);
  }

  override handle(event: Parameters<Replica['handle']>[0], now: number): void {
    super.handle(event, now);
    const heard = this.recorder.take();
    const { sendings } = this.recorder;
    this.recorder.sendings = [];
    if (this.twin !== null) this.compare(this.twin, event, now, heard, sendings);
    // Early moments more often: each dump takes as long as the state is large. And rare ones, as they are.
    const often = this.state().healthy ? 1 / (15 + this.renewals) : 1 / 2;
    if (this.random.chance(often)) this.renew();
  }

  private compare(
    { replica, recorder }: Twin,
    event: Parameters<Replica['handle']>[0],
    now: number,
    heard: string,
    sendings: boolean[],
  ): void {
    recorder.sendings = sendings;
    replica.handle(event, now);
    expect(recorder.take()).toBe(heard);
    expect(replica.deadline()).toBe(this.deadline());
  }

  private renew(): void {
    const text = textOf(this.dump());
    const recorder = new Recorder(this.recorder.ports, null);
    const state = stateOf(text);
    const replica = Replica.load(this.settings, state, recorder.ports);
    expect(textOf(replica.dump())).toBe(text);
    this.twin = { replica, recorder };
    this.renewals += 1;
    take(state);
  }
}

const SEEDS = [2, 3, 4, 20, 35];

test.each(SEEDS)('seed %i: what is dumped and loaded goes on the same, byte for byte', (seed) => {
  const random = new Random(seed);
  const { failure, hash } = run(seed, {
    wire: productionWire,
    makeReplica: (config, from, ports) =>
      new Twinned(config, from, new Recorder(ports, ports), random),
  });
  expect(failure?.reason ?? null).toBeNull();
  expect(hash).toBe(run(seed, { wire: productionWire }).hash);
});

test('dumps were made at all kinds of moments', () => {
  expect(Object.entries(caught).filter(([, times]) => times === 0)).toEqual([]);
});
