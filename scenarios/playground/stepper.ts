/** A scenario in the playground, stepped by somebody: a statement, a step, or some time at once. For the page. */
import type { Playground } from '#simulator/playground';
import {
  perform,
  type Answer,
  type Ask,
  type PerformanceOptions,
  type PerformanceRecord,
  type Scenario,
  type StatementRecord,
  type StepRecord,
} from '../language/index.js';
import { PlaygroundStage, type PlaygroundStageOptions } from './playground-stage.js';

export class Stepper {
  /** Those that are done, in order; of the step that has begun too. */
  readonly statements: StatementRecord[] = [];
  readonly steps: StepRecord[] = [];
  /** The step that has begun last; null: none yet. */
  current: string | null = null;
  readonly #stage: PlaygroundStage;
  readonly #performance: Generator<Ask, PerformanceRecord, Answer>;
  #ask: Ask | null = null;
  #record: PerformanceRecord | null = null;

  constructor(
    scenario: Scenario,
    options: Omit<PerformanceOptions, 'audience'>,
    stage: PlaygroundStageOptions,
  ) {
    this.#stage = new PlaygroundStage(stage);
    const audience = {
      stepBegins: ({ id }: { readonly id: string }) => {
        this.current = id;
      },
      statementDone: (record: StatementRecord) => this.statements.push(record),
      stepDone: (record: StepRecord) => this.steps.push(record),
    };
    this.#performance = perform(scenario, { ...options, audience });
    this.#turn(this.#performance.next());
    // So that there is something to see from the first moment on.
    this.#once();
  }

  get playground(): Playground {
    return this.#stage.playground;
  }

  /** Null until all is over. */
  get record(): PerformanceRecord | null {
    return this.#record;
  }

  /** To the end of the next statement. */
  nextStatement(): void {
    const before = this.statements.length;
    this.#until(() => this.statements.length > before);
  }

  /** To the end of the step that has begun, or of the next one. */
  nextStep(): void {
    const before = this.steps.length;
    this.#until(() => this.steps.length > before);
  }

  /** So much simulated time, give or take a look. */
  play(ms: number): void {
    const end = this.playground.atMs + ms;
    this.#until(() => this.playground.atMs >= end);
  }

  #until(enough: () => boolean): void {
    while (this.#record === null && !enough()) this.#once();
  }

  #once(): void {
    if (this.#ask !== null) this.#turn(this.#performance.next(this.#stage.answer(this.#ask)));
  }

  #turn(turn: IteratorResult<Ask, PerformanceRecord>): void {
    if (turn.done === true) {
      this.#record = turn.value;
      this.#ask = null;
    } else this.#ask = turn.value;
  }
}
