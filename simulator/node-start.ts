/**
 * A node's start: recovery, or the making of a blank directory first, one disk operation after another;
 * a crash may come between any two.
 */
import type {
  DiskCompletion,
  DiskResult,
  Expectation,
  Recovered,
  Refusal,
  StorageRules,
} from '#storage';
import { term } from '#raft';
import type { SimulatedDisk } from './disk.js';
import { Storage } from './machines.js';

type Recovering = ReturnType<typeof Storage.recover>;
type Initialising = ReturnType<typeof Storage.initialise>;
type Step = ReturnType<(Recovering | Initialising)['next']>;

export interface StartOutcome {
  begun(recovered: Recovered): void;
  refused(refusal: Refusal): void;
  /** The disk failed in the middle. */
  failed(): void;
}

export class NodeStart {
  private steps: Recovering | Initialising;
  private request = 0;

  constructor(
    private readonly disk: SimulatedDisk,
    private readonly expectation: Expectation,
    private readonly newStoreId: () => string,
    private readonly rules: StorageRules | undefined,
    private readonly outcome: StartOutcome,
  ) {
    this.steps = Storage.recover(expectation, rules);
  }

  begin(): void {
    this.advance(undefined);
  }

  completed({ id, result }: DiskCompletion): void {
    if (id === this.request) this.advance(result);
  }

  private advance(result: DiskResult | undefined): void {
    let step: Step;
    try {
      step = result === undefined ? this.steps.next() : this.steps.next(result);
    } catch (error) {
      if (result?.ok !== false) throw error;
      this.outcome.failed();
      return;
    }
    if (step.done !== true) {
      this.request += 1;
      this.disk.submit({ id: this.request, lane: 'start', ...step.value });
    } else if (step.value === undefined) {
      this.steps = Storage.recover(this.expectation, this.rules);
      this.begin();
    } else if (!('code' in step.value)) {
      this.outcome.begun(step.value);
    } else if (step.value.code === 'blank') {
      this.initialise();
    } else if (step.value.code === 'disk-failed') {
      this.outcome.failed();
    } else {
      this.outcome.refused(step.value);
    }
  }

  private initialise(): void {
    const { clusterId, nodeId, name } = this.expectation;
    const storeId = this.newStoreId();
    this.steps = Storage.initialise(
      { format: 1, clusterId, nodeId, name, storeId, askedToLead: false },
      { term: term(0), votedFor: null },
    );
    this.begin();
  }
}
