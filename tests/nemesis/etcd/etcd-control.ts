/** etcd's members say who leads. */
import type { Control } from '../arena/control.js';
import { EtcdRpc, type Answers } from './etcd-rpc.js';

const STATUS_MS_MAX = 700;

export class EtcdControl implements Control {
  readonly #members: readonly EtcdRpc[];

  /** In order of the nodes' numbers. */
  constructor(addresses: readonly string[]) {
    this.#members = addresses.map((address) => new EtcdRpc(address));
  }

  async leader(): Promise<number | null> {
    let leader: number | null = null;
    let newest = -1;
    for (const [i, answer] of (await this.#ask()).entries()) {
      if (answer === null || answer.leader !== answer.header.member_id) continue;
      if (Number(answer.raftTerm) <= newest) continue;
      newest = Number(answer.raftTerm);
      leader = i + 1;
    }
    return leader;
  }

  async problem(): Promise<string | null> {
    const answers = await this.#ask();
    const silent = answers.indexOf(null);
    if (silent !== -1) return `member ${silent + 1} does not answer`;
    const leaders = new Set(answers.map((answer) => answer?.leader));
    return leaders.size === 1 && !leaders.has('0') ? null : 'the members follow no one leader';
  }

  close(): void {
    for (const member of this.#members) member.close();
  }

  #ask(): Promise<(Answers['Status'] | null)[]> {
    return Promise.all(
      this.#members.map((member) => member.call('Status', {}, STATUS_MS_MAX).catch(() => null)),
    );
  }
}
