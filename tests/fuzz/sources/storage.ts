/** Valid files of data directories, and ways to seal again what was changed. */
import { logIndex, nodeId, term, type Entry, type EntryBody } from '#raft';
import { encodeEntries, type Identity } from '#storage';
import { checkpointFooter, checkpointHeader } from '../../../storage/checkpoint-file.js';
import { crc32c, hex } from '../../../storage/crc32c.js';
import { cutFile } from '../../../storage/cut.js';
import { identityFile, voteFile } from '../../../storage/identity.js';
import { headerLine, noteLine } from '../../../storage/note.js';
import { TAIL_BYTES } from '../../../storage/sealed.js';
import { Store } from '#kv';
import type { Random } from '../../../simulator/random.js';
import { joined } from '../mutations/bytes.js';
import { mutateJson } from '../mutations/json.js';
import { mutateText } from '../mutations/text.js';
import { bytesOf, textOf } from '../target.js';
import { someCommandText } from './operations.js';

const OWNER = { clusterId: 'a1b2c3d4', storeId: '00112233' };

export function someBody(random: Random): EntryBody {
  switch (random.below(8)) {
    case 0:
      return { kind: 'empty' };
    case 1:
      return { kind: 'checkpoint' };
    case 2: {
      const ids = [1, 2, 3, 4].map(nodeId);
      const voters = ids.slice(0, random.integer(1, 4));
      return { kind: 'membership', membership: { voters, learners: ids.slice(voters.length) } };
    }
    default:
      return { kind: 'command', text: someCommandText(random) };
  }
}

export function someEntries(random: Random, first = random.integer(1, 9)): Entry[] {
  return Array.from({ length: random.integer(1, 5) }, (_, at) => ({
    ...{
      index: logIndex(first + at),
      term: term(random.chance(0.7) ? 1 : 2),
      body: someBody(random),
    },
  }));
}

export function linesOfEntries(chain: string, entries: readonly Entry[]): Uint8Array {
  return new Uint8Array(encodeEntries(chain, entries).bytes);
}

export function someSealedLine(random: Random): Uint8Array {
  const position = { index: random.below(99), term: random.below(5), chain: random.bits() };
  const id = random.pick([1, 2, 3]);
  const identity: Identity = {
    ...{ ...OWNER, format: 1, nodeId: nodeId(id), name: random.pick(['ada', 'bob']) },
    ...{ askedToLead: random.chance(0.5) },
  };
  const vote = { term: term(random.below(9)), votedFor: random.chance(0.5) ? null : nodeId(id) };
  return random.pick([
    identityFile(identity),
    voteFile({ owner: OWNER, vote: random.chance(0.2) ? { ...vote, muted: true } : vote }),
    cutFile({ owner: OWNER, from: random.integer(1, 99) }),
    noteLine({ synced: 9, committed: random.below(10) }),
    headerLine({ owner: OWNER, after: position }),
    checkpointHeader({
      clusterId: OWNER.clusterId,
      at: { ...position, index: position.index + 1 },
      membership: { voters: [nodeId(1)], learners: [nodeId(2)] },
    }),
  ]);
}

/** Of a store that some commands were applied to. */
export function someStateLines(random: Random): string[] {
  const store = new Store();
  store.apply(1, '"open-session":{}');
  for (let left = random.below(14); left > 0; left -= 1) {
    store.apply(store.appliedIndex + 1, someCommandText(random));
  }
  return [...store.lines()];
}

export function checkpointOf(random: Random, stateLines: readonly string[]): Uint8Array {
  const at = { index: random.integer(1, 99), term: 1, chain: random.bits() };
  const membership = { voters: [1, 2, 3].map(nodeId), learners: [] };
  const header = checkpointHeader({ clusterId: OWNER.clusterId, at, membership });
  const body = joined(header, bytesOf(stateLines.map((line) => `${line}\n`).join('')));
  return joined(body, checkpointFooter(stateLines.length, crc32c(body)));
}

/** A sealed line (with its line feed) with other contents, and a checksum that holds again. */
export function resealed(random: Random, line: Uint8Array): Uint8Array {
  const body = textOf(line.subarray(0, Math.max(0, line.length - TAIL_BYTES - 1)));
  const json = mutateJson(random, `${body}}`);
  const changed = json.endsWith('}') ? json.slice(0, -1) : json;
  const head = bytesOf(changed.replaceAll('\n', ' '));
  return joined(head, bytesOf(`,"crc":"${hex(crc32c(head))}"}\n`));
}

/** Entry lines with other contents, whose chain holds again. */
export function rechained(random: Random, chain: string, lines: Uint8Array): Uint8Array {
  const texts = textOf(lines).split('\n').slice(0, -1);
  const victim = random.below(texts.length);
  let previous = chain;
  const again = texts.map((text, at) => {
    const body = text.slice(0, -TAIL_BYTES);
    const changed = (at === victim ? mutateText(random, body) : body).replaceAll('\n', ' ');
    const head = bytesOf(changed);
    previous = hex(crc32c(head, 0, head.length, crc32c(bytesOf(previous))));
    return joined(head, bytesOf(`,"crc":"${previous}"}\n`));
  });
  return joined(...again);
}
