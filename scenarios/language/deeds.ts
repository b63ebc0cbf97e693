/** A statement about nodes, links and disks, as acts of a stage. */
import type { Cast } from './cast.js';
import type { MomentKind } from './record.js';
import type { StageAct, View } from './stage.js';
import type { Action, NodeDeed } from './syntax.js';

type Deed = Exclude<Action, { readonly type: 'call' | 'fill' | 'wait' | 'until' | 'expect' }>;

export interface Deeds {
  readonly acts: readonly StageAct[];
  /** Of the node, or empty. */
  readonly name: string;
  readonly kind: MomentKind;
  readonly words: string;
}

const KINDS: Readonly<Record<NodeDeed, MomentKind>> = {
  kill: 'kill',
  stop: 'kill',
  'lose-power': 'kill',
  start: 'start',
  pause: 'pause',
  resume: 'start',
  wipe: 'fault',
  isolate: 'fault',
  expire: 'fault',
  transfer: 'fault',
};

/** A text: why it can't be. */
export function deedsOf(action: Deed, view: View, cast: Cast): Deeds | string {
  switch (action.type) {
    case 'heal':
      return { acts: [{ type: 'heal' }], name: '', kind: 'fault', words: 'all links stand again' };
    case 'link': {
      const { cut, both } = action;
      const [from, to] = [cast.find(action.from, view), cast.find(action.to, view)];
      if (from === null || to === null) return 'one of the two nodes is not known';
      const type = cut ? 'cut' : 'mend';
      const there: StageAct = { type, from: from.id, to: to.id };
      const back: StageAct = { type, from: to.id, to: from.id };
      const words = `${from.name} ${both ? 'and' : 'to'} ${to.name}: ${cut ? 'cut' : 'mended'}`;
      return { acts: both ? [there, back] : [there], name: from.name, kind: 'fault', words };
    }
    case 'disk': {
      const node = cast.find(action.node, view);
      if (node === null) return `${action.node} is not known`;
      const { how } = action;
      const words = `${node.name}'s disk ${how}`;
      return {
        acts: [{ type: 'disk', node: node.id, how }],
        name: node.name,
        kind: 'fault',
        words,
      };
    }
    case 'node': {
      const { deed } = action;
      const node = cast.find(action.node, view);
      if (node === null)
        return action.node === 'leader' ? 'nobody leads' : `${action.node} is not known`;
      return { acts: [actOf(deed, node.id)], name: node.name, kind: KINDS[deed], words: node.name };
    }
  }
}

function actOf(deed: NodeDeed, node: number): StageAct {
  switch (deed) {
    case 'expire':
      return { type: 'expire', node, timer: 'election' };
    case 'transfer':
      return { type: 'transfer', to: node };
    default:
      return { type: deed, node };
  }
}
