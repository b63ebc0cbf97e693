import type { NodeState } from '#rpc/generated/relevo/v1/session';
import { unheardState } from '#rpc/admin';
import { problemAmong, problemOfNewcomer } from './side-by-side.js';

const node = (name: string, said: Partial<NodeState>): NodeState => ({
  ...unheardState(1, name),
  ...said,
});
const ada = node('ada', { release: '', protocolMin: 1 });
const bob = node('bob', { release: '0.2.0', protocolMin: 1, protocolMax: 2, formatMax: 2 });
const cy = node('cy', { release: '0.3.0', protocolMin: 2, protocolMax: 3, formatMax: 2 });

test('releases that share a version get on, and each pair is looked at', () => {
  expect(problemAmong([ada, bob])).toBeNull();
  expect(problemAmong([bob, cy])).toBeNull();
  expect(problemAmong([ada, bob, cy])).toMatch(
    /ada \(a release that does not say which\) speaks version 1 .*cy \(release 0.3.0\) versions 2 to 3/,
  );
});

test('who does not read what the others write is found, whichever of the two it is', () => {
  const raised = { ...bob, formatLevel: 2 };
  expect(problemAmong([ada, raised])).toMatch(/ada .*reads formats up to level 1.*writes level 2/);
  expect(problemAmong([raised, ada])).toMatch(/ada .*reads formats up to level 1.*writes level 2/);
});

test('what comes is compared with everybody who is there', () => {
  const coming = { release: '0.3.0', protocolMin: 2, protocolMax: 3, formatMax: 1 };
  expect(problemOfNewcomer(coming, 'what comes', [bob])).toBeNull();
  expect(problemOfNewcomer(coming, 'what comes', [bob, ada])).toMatch(/what comes .*ada/);
  expect(problemOfNewcomer(coming, 'what comes', [{ ...bob, formatLevel: 2 }])).toMatch(
    /what comes \(release 0.3.0\) reads formats up to level 1/,
  );
});
