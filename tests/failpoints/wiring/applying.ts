/**
 * A failpoint before and after each entry is applied. The state is behind no port: it is a pure machine within
 * the replica. So the machine's own method is decorated, in this process, before there is a replica.
 */
import { decodeCommand, type Command } from '#kv';
import type { Entry } from '#raft';
import { Applier } from '../../../node/applier.js';
import type { StepName } from '../catalogue.js';
import type { Trigger } from './trigger.js';

/** There is one format level as yet, and so no raise to be interrupted. */
const COMMANDS: Record<Exclude<Command['kind'], 'raise-format'>, StepName> = {
  write: 'apply-write',
  'open-session': 'apply-open-session',
  'close-session': 'apply-close-session',
  'expire-session': 'apply-expire-session',
  compact: 'apply-compact',
  member: 'apply-member',
};

/** As what it is, not as a method of an object that it may be torn from. */
const methodOf = <Name extends 'apply' | 'install'>(name: Name): Applier[Name] =>
  Applier.prototype[name];

export function decorateApplier(trigger: Trigger): void {
  const apply = methodOf('apply');
  Applier.prototype.apply = function (this: Applier, entry, known) {
    // To know the step costs a decoding, which nobody pays for whom it is not about.
    const step = trigger.isAboutApplying ? stepOf(entry, known) : null;
    if (step !== null) trigger.stall(step, 'before');
    const result = apply.call(this, entry, known);
    if (step !== null) trigger.stall(step, 'after');
    return result;
  };
  const install = methodOf('install');
  Applier.prototype.install = function (this: Applier, checkpoint, stateLines) {
    trigger.stall('install-checkpoint', 'before');
    install.call(this, checkpoint, stateLines);
    trigger.stall('install-checkpoint', 'after');
  };
}

function stepOf({ body }: Entry, known: Command | null): StepName | null {
  switch (body.kind) {
    case 'command': {
      const { kind } = known ?? decodeCommand(body.text);
      return kind === 'raise-format' ? null : COMMANDS[kind];
    }
    case 'checkpoint':
      return 'apply-marker';
    case 'empty':
      return 'apply-empty';
    case 'membership':
      return null;
  }
}
