/** What each act does, or why it can't be done. Refused acts change nothing. */
import type { SimulatedNode } from '../node.js';
import type { Ailments } from './ailments.js';
import { actionOf, whatOf, type CallAct, type Calls } from './calls.js';
import type { PlayWorld } from './play-world.js';
import type { Act, ActResult, NodeActType } from './types.js';

const DONE: ActResult = Object.freeze({ ok: true });
const VOTERS_MAX = 7;

export class Acting {
  constructor(
    private readonly world: PlayWorld,
    private readonly ailments: Ailments,
    private readonly calls: Calls,
  ) {}

  act(act: Act): ActResult {
    switch (act.type) {
      case 'set':
      case 'get':
      case 'delete':
      case 'cas':
        return this.call(act);
      case 'expire':
        return this.with(act.node, (node) => this.expire(node));
      case 'cut':
      case 'mend':
        return this.link(act.type, act.from, act.to);
      case 'drop':
        return this.drop(act.flight);
      case 'disk':
        return this.with(act.node, (node) => {
          if (!this.ailments.disk(node, act.how)) return refused(`its disk ${act.how} already`);
          return this.say(node.id, `its disk ${act.how}`);
        });
      case 'heal':
        if (!this.ailments.heal()) return refused('nothing is broken');
        return this.say(0, 'everything is healed');
      case 'add-node':
        return this.add();
      case 'transfer':
        return this.with(act.to, (node) => this.transfer(node));
      case 'align-timers':
        return this.alignTimers();
      default:
        return this.with(act.node, (node) => this.nodeAct(act.type, node));
    }
  }

  private call(act: CallAct): ActResult {
    const asker = this.world.asker(act.via === 'proxy' ? 0 : act.via);
    if (asker === null) return refused(`there is no node ${String(act.via)}`);
    const call = this.calls.asked(act, this.world.now);
    const by = act.via === 'proxy' ? 'the proxy' : `#${String(act.via)}`;
    this.say(0, `call ${String(call)}: ${whatOf(act)}, asked of ${by}`);
    this.world.guard(asker, () => {
      asker.call(actionOf(act), act.timeoutMs ?? 0, (settlement, answer) => {
        const { now, feed } = this.world;
        feed.say(now, 0, 'answer', this.calls.done(call, settlement, answer, now));
      });
    });
    return { ok: true, call };
  }

  private nodeAct(type: NodeActType, node: SimulatedNode): ActResult {
    const { id, state } = node;
    switch (type) {
      case 'kill':
        if (state === 'down') return refused('it is down');
        this.say(id, 'is killed');
        return this.do(node, () => node.kill());
      case 'lose-power':
        if (state === 'down') return refused('it is down');
        this.say(id, 'loses its power');
        return this.do(node, () => node.losePower());
      case 'stop':
        return this.stop(node);
      case 'start':
        if (state !== 'down') return refused('it runs');
        this.say(id, 'is started');
        return this.do(node, () => node.start());
      case 'pause':
        if (state !== 'up')
          return refused(state === 'down' ? 'it is down' : 'it is paused already');
        this.say(id, 'is paused');
        return this.do(node, () => node.freeze());
      case 'resume':
        if (state !== 'frozen') return refused('it is not paused');
        this.say(id, 'is resumed');
        return this.do(node, () => node.resume());
      case 'wipe':
        return this.wipe(node);
      case 'isolate':
        return this.isolate(node);
      case 'remove-node':
        return this.remove(node);
    }
  }

  private stop(node: SimulatedNode): ActResult {
    if (node.state === 'down') return refused('it is down');
    if (node.state === 'frozen') return refused('it is paused: resume it, or kill it');
    if (node.replica === null) return refused('it is still starting: kill it');
    this.say(node.id, 'is asked to stop');
    return this.do(node, () => node.requestStop());
  }

  private wipe(node: SimulatedNode): ActResult {
    if (node.state !== 'down') return refused('it runs: stop or kill it first');
    this.say(node.id, 'its disk is replaced by an empty one');
    this.world.views.forget(node);
    return this.do(node, () => node.wipe());
  }

  private expire(node: SimulatedNode): ActResult {
    const raft = node.replica?.raft;
    if (node.state !== 'up' || raft === undefined) return refused('it does not run');
    if (raft.role === 'leader') return refused('it leads: no election timer runs');
    if (!raft.membership.voters.includes(node.id))
      return refused('it has no vote, and does not campaign');
    this.say(node.id, 'its election timer expires');
    return this.do(node, () => node.expireElectionTimer());
  }

  private link(type: 'cut' | 'mend', from: number, to: number): ActResult {
    if (from === to) return refused('a link has two ends');
    return this.with(from, (sender) =>
      this.with(to, (receiver) => {
        const done =
          type === 'cut'
            ? this.ailments.cut(sender, receiver)
            : this.ailments.mend(sender, receiver);
        if (!done) return refused(type === 'cut' ? 'it is cut already' : 'it is not cut');
        const is = type === 'cut' ? 'is cut' : 'is mended';
        return this.say(0, `the link from #${String(from)} to #${String(to)} ${is}`);
      }),
    );
  }

  private isolate(node: SimulatedNode): ActResult {
    const others = this.world.members.filter((other) => other !== node);
    const cut = others.map((other) => [
      this.ailments.cut(node, other),
      this.ailments.cut(other, node),
    ]);
    if (!cut.flat().includes(true)) return refused('it is isolated already');
    return this.say(node.id, 'is cut off from all other nodes');
  }

  private drop(number: number): ActResult {
    const flight = this.world.network.flights().find((one) => one.number === number);
    if (flight === undefined) return refused('it is not on its way any more');
    const { parcel } = flight;
    const isRaft =
      parcel.type === 'peer' &&
      !(parcel.message instanceof Uint8Array) &&
      parcel.message.type === 'raft';
    if (!isRaft)
      return refused(
        'only messages of the consensus may be lost alone: a stream that loses anything else breaks',
      );
    this.world.network.drop(number);
    const [from, to] = [this.world.name(flight.from), this.world.name(flight.to)];
    return this.say(0, `a message from #${String(from.node)} to #${String(to.node)} is lost`);
  }

  private add(): ActResult {
    const { voters, learners } = this.world.invariants.changes.membership;
    if (voters.length + learners.length >= VOTERS_MAX)
      return refused(`there are ${String(VOTERS_MAX)} nodes, and more serve nobody`);
    if (!this.world.operator.idle) return refused('the membership is being changed: wait for that');
    const node = this.world.makeMember();
    if (node === null) return refused('no more nodes were made ready: begin anew');
    this.say(node.id, 'is to join the cluster: as a learner first');
    this.world.operator.add();
    return DONE;
  }

  private remove(node: SimulatedNode): ActResult {
    const { voters } = this.world.invariants.changes.membership;
    if (voters.includes(node.id) && voters.length === 1)
      return refused('it is the only one that votes');
    if (!this.world.operator.idle) return refused('the membership is being changed: wait for that');
    this.say(node.id, 'is to leave the cluster');
    this.world.operator.remove(node);
    return DONE;
  }

  private transfer(to: SimulatedNode): ActResult {
    const { leader } = this.world;
    if (leader === null) return refused('nobody leads');
    if (leader === to) return refused('it leads already');
    this.say(leader.id, `is asked to hand leadership over to #${String(to.id)}`);
    return this.do(leader, () => leader.requestTransfer(to.id));
  }

  private alignTimers(): ActResult {
    const waiting = this.world.members.flatMap((node) => {
      const timers = node.state === 'up' ? (node.replica?.raft.timers() ?? []) : [];
      const timer = timers.find(({ name }) => name === 'election');
      return timer === undefined ? [] : [{ node, left: timer.due - node.clock }];
    });
    if (waiting.length < 2) return refused('fewer than two election timers run');
    const first = Math.min(...waiting.map(({ left }) => left));
    this.say(0, `the election timers all end in ${first.toFixed(0)} ms`);
    for (const { node, left } of waiting) {
      if (left > first) this.world.guard(node, () => node.leap(left - first));
    }
    return DONE;
  }

  private with(id: number, what: (node: SimulatedNode) => ActResult): ActResult {
    const node = this.world.node(id);
    return node === null ? refused(`there is no node ${String(id)}`) : what(node);
  }

  private do(node: SimulatedNode, what: () => void): ActResult {
    this.world.guard(node, what);
    return DONE;
  }

  private say(node: number, text: string): ActResult {
    this.world.feed.say(this.world.now, node, 'act', text);
    return DONE;
  }
}

function refused(reason: string): ActResult {
  return { ok: false, reason };
}
