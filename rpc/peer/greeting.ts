/** Who may talk to whom: what two nodes tell each other before anything else. */
import type { PeerGreeting } from '#rpc/generated/relevo/v1/peer';
import { nodesProblem } from '#rpc/versions';

/**
 * What does not fit between two nodes' greetings, as a sentence that names both values and the remedy;
 * null if all does. The store id is for the caller to judge: it knows which one it has met before.
 */
export function greetingMismatch(given: PeerGreeting, ours: PeerGreeting): string | null {
  const theirs = plainly(given);
  const who = `node ${theirs.nodeId} (${theirs.name || 'no name'})`;
  const apart = nodesProblem({ who, versions: theirs }, { who: ours.name, versions: ours });
  if (apart !== null) return apart;
  if (theirs.nodeList !== ours.nodeList) {
    return (
      `${who} has NODES ${theirs.nodeList}, ${ours.name} has NODES ${ours.nodeList}; ` +
      'give every node the same list'
    );
  }
  if (theirs.clusterId !== ours.clusterId) {
    return (
      `${who} is of cluster ${theirs.clusterId}, ${ours.name} of cluster ${ours.clusterId}; ` +
      'check CLUSTER_NAME and NODES, and whose data directory it is'
    );
  }
  if (theirs.toNodeId !== ours.nodeId) {
    return (
      `${who} looks for node ${theirs.toNodeId} where node ${ours.nodeId} (${ours.name}) answers; ` +
      'check the addresses in NODES and the peer ports'
    );
  }
  if (theirs.nodeId === ours.nodeId) {
    return (
      `${who} has the same NODE_ID as ${ours.name} that it calls; ` +
      'give each process an id of its own'
    );
  }
  if (!idsOf(ours.nodeList).has(theirs.nodeId)) {
    return (
      `${who} is not in NODES (${ours.nodeList}); add it to the list of every node, ` +
      'or give it an id that is there'
    );
  }
  return null;
}

/** What a stranger says of itself goes into logs and terminals: nothing in it may be obeyed there. */
function plainly(greeting: PeerGreeting): PeerGreeting {
  const { name, nodeList, clusterId } = greeting;
  return { ...greeting, name: shown(name), nodeList: shown(nodeList), clusterId: shown(clusterId) };
}

const CONTROL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** In UTF-16 units: more than a list of nodes has. */
const SHOWN_MAX = 2_000;

function shown(text: string): string {
  const kept = text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)} ...` : text;
  return kept.replace(CONTROL, (found) => `\\u{${(found.codePointAt(0) ?? 0).toString(16)}}`);
}

function idsOf(nodeList: string): ReadonlySet<number> {
  return new Set(nodeList.split(',').map((node) => Number(node.split('=', 1)[0])));
}
