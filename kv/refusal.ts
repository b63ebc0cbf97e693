/** The state machine's refusals in words. Deterministic: they depend on the command and the state alone. */
import { shownText } from './byte-string.js';
import type { RefusalCode, Refused } from './types.js';

export function refused(code: RefusalCode, message: string): Refused {
  return { kind: 'refused', code, message };
}

export function compactedAway(revision: number, compacted: number): Refused {
  const message =
    `revision ${revision} is compacted, the oldest kept is ${compacted}; ` +
    'ask for that or a later one.';
  return refused('revision-compacted', message);
}

export function inFuture(revision: number, current: number): Refused {
  const message = `revision ${revision} is not reached, the newest is ${current}; ask for 0 for it.`;
  return refused('revision-in-future', message);
}

export function noLease(lease: number): Refused {
  return refused('lease-not-found', `lease ${lease} is not known; put without a lease (0).`);
}

export function sessionEnded(session: number): Refused {
  const message = `session ${session} has ended or never was; open a new one.`;
  return refused('session-expired', message);
}

export function sessionFull(session: number, outstanding: number): Refused {
  const message =
    `session ${session} has ${outstanding} answers that were not confirmed; ` +
    'wait for some, and say the lowest number that is still awaited.';
  return refused('session-full', message);
}

export function alreadyAnswered(session: number, sequence: number, lowest: number): Refused {
  const message =
    `write ${session}:${sequence} was answered, as the session awaits nothing below ${lowest}; ` +
    'use a number that was not used before.';
  return refused('already-answered', message);
}

export function otherOperation(session: number, sequence: number): Refused {
  const message =
    `write ${session}:${sequence} was another operation; ` +
    'use each number for one, and resend it as it was.';
  return refused('invalid', message);
}

/** A refusal that was stored as its code alone. */
export function refusedBefore(code: RefusalCode): Refused {
  return refused(
    code,
    `it was refused (${code}) when it came first; send it anew with a new number.`,
  );
}

export function otherStore(node: number, known: string, told: string): Refused {
  const message =
    `node ${node} is recorded with store ${shownText(known)}, not ${shownText(told)}; ` +
    'bring its old directory back, or add it as a new member.';
  return refused('invalid', message);
}

export function notRead(kind: string): Refused {
  return refused(
    'invalid',
    `a ${kind} that changes the state was sent as a read; send it as a write.`,
  );
}
