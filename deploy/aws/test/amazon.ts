/** Amazon, as far as relevo-aws sees it: what it answers is made up, what it is asked is kept. */
import { Complaint } from '../operator/world.js';
import type { World } from '../operator/world.js';

export const ROWS = [
  ['ada', 'i-ada', 'running', 'eu-south-1a', '10.40.0.11', 't4g.small'],
  ['bob', 'i-bob', 'running', 'eu-south-1b', '10.40.16.11', 't4g.small'],
  ['client', 'i-client', 'running', 'eu-south-1a', '10.40.0.9', 't4g.micro'],
  ['cy', 'i-cy', 'running', 'eu-south-1c', '10.40.32.11', 't4g.small'],
  ['proxy-1', 'i-proxy', 'running', 'eu-south-1a', '10.40.0.10', 't4g.micro'],
];
export const STACK = {
  Parameters: [
    { ParameterKey: 'ArtefactKey', ParameterValue: 'artefacts/old.tgz' },
    { ParameterKey: 'ArtefactSha256', ParameterValue: 'cd'.repeat(32) },
    { ParameterKey: 'ClusterName', ParameterValue: 'relevo' },
  ],
  Outputs: [
    { ExportName: 'relevo-data:bucket', OutputValue: 'the-bucket' },
    { OutputKey: 'ZoneId', OutputValue: 'Z1' },
  ],
};

/** As a host that booted left it in the zone. */
export const RECORD = {
  Name: 'ada.relevo.internal.',
  Type: 'A',
  TTL: 10,
  ResourceRecords: [{ Value: '10.40.0.11' }],
};

/** Amazon, as far as the tool sees it: a leader that changes when its instance is terminated. */
export class Amazon implements World {
  readonly calls: (readonly string[])[] = [];
  readonly programs: (readonly string[])[] = [];
  readonly lines: string[] = [];
  readonly sessions: (readonly string[])[] = [];
  /** Lines of shell, with the host that ran them. */
  readonly ran: string[] = [];
  answer = false;
  hasStacks = true;
  leader = 'bob';
  rows = ROWS.map((row) => [...row]);
  #now = 0;
  #outputs = new Map<string, string>();

  aws(words: readonly string[]): Promise<string> {
    this.calls.push(words);
    const [service = '', verb = ''] = words;
    if (verb === 'describe-instances') return Promise.resolve(JSON.stringify(this.rows));
    if (verb === 'terminate-instances') this.#replace(words.at(-1) ?? '');
    if (verb === 'send-command') return Promise.resolve(this.#run(words));
    if (verb === 'get-command-invocation') return this.#result(words[3] ?? '');
    if (verb === 'describe-stacks') return this.#stack(words[3] ?? '');
    if (verb === 'list-resource-record-sets') return Promise.resolve(JSON.stringify([RECORD]));
    if (verb === 'describe-volumes')
      return Promise.resolve('[["vol-1",10,"ada"],["vol-2",10,"bob"]]');
    if (verb === 'get-caller-identity') return Promise.resolve('123456789012\n');
    if (verb === 'describe-instance-type-offerings') {
      return Promise.resolve('["eu-south-1c","eu-south-1a","eu-south-1b"]');
    }
    return Promise.resolve(service === '' ? 'none' : '');
  }

  program(command: string, words: readonly string[]): Promise<string> {
    this.programs.push([command, ...words]);
    return Promise.resolve('');
  }

  terminal(words: readonly string[]): Promise<number> {
    this.sessions.push(words);
    return Promise.resolve(0);
  }

  agrees(): Promise<boolean> {
    return Promise.resolve(this.answer);
  }

  say(line: string): void {
    this.lines.push(line);
  }

  sleep(milliseconds: number): Promise<void> {
    this.#now += milliseconds;
    return Promise.resolve();
  }

  now(): number {
    return this.#now;
  }

  /** Calls of one verb. */
  of(verb: string): readonly (readonly string[])[] {
    return this.calls.filter((words) => words[1] === verb);
  }

  #replace(instanceId: string): void {
    this.leader = 'ada';
    for (const row of this.rows) if (row[1] === instanceId) row[1] = `${instanceId}-again`;
  }

  #run(words: readonly string[]): string {
    const host = this.rows.find((row) => row[1] === words[5])?.[0] ?? '?';
    const { commands } = JSON.parse(words[7] ?? '') as { commands: string[] };
    const line = commands[0] ?? '';
    this.ran.push(`${host}: ${line}`);
    const id = `command-${this.#outputs.size}`;
    this.#outputs.set(id, this.#printed(host, line));
    return `${id}\n`;
  }

  #printed(host: string, line: string): string {
    if (line.includes('stopwatch')) {
      return '{"acknowledged":900,"failed":0,"longestMs":310,"firstError":""}\n';
    }
    if (!line.includes('--output json cluster')) return `${host} did it\n`;
    const nodes = ['ada', 'bob', 'cy'].map((name) => ({
      connected: true,
      state: { name, role: name === this.leader ? 'leader' : 'follower', appliedIndex: 7 },
    }));
    return JSON.stringify({ nodes });
  }

  #result(id: string): Promise<string> {
    const out = this.#outputs.get(id) ?? '';
    return Promise.resolve(
      JSON.stringify({ Status: 'Success', StandardOutputContent: out, StandardErrorContent: '' }),
    );
  }

  #stack(name: string): Promise<string> {
    if (this.hasStacks) return Promise.resolve(JSON.stringify(STACK));
    // The data stack is there once it was deployed.
    if (this.of('deploy').length > 0) return Promise.resolve(JSON.stringify(STACK));
    return Promise.reject(new Complaint(`Stack with id ${name} does not exist`));
  }
}
