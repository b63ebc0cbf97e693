/** Questions to a stage, as parts of a performance. */
import type {
  Answer,
  AnswerTo,
  Ask,
  CallView,
  LogView,
  Remark,
  StageAct,
  StageResult,
  StateFile,
  View,
  WorldSpec,
} from './stage.js';

/** Something that asks a stage, and comes to a result. */
export type Asking<Result> = Generator<Ask, Result, Answer>;

function* asked<Type extends Ask['type']>(
  ask: Extract<Ask, { readonly type: Type }>,
): Asking<AnswerTo<Type>> {
  const answer = yield ask;
  if (answer.type !== ask.type) {
    throw new Error(`the stage was asked "${ask.type}" and answered "${answer.type}"`);
  }
  return answer as AnswerTo<Type>;
}

export function* begin(world: WorldSpec): Asking<void> {
  yield* asked<'begin'>({ type: 'begin', world });
}

export function* announceStep(id: string): Asking<void> {
  yield* asked<'step'>({ type: 'step', id });
}

export function* act(what: StageAct, timeoutMs: number): Asking<StageResult> {
  return (yield* asked<'act'>({ type: 'act', act: what, timeoutMs })).result;
}

export function* pass(ms: number): Asking<void> {
  yield* asked<'pass'>({ type: 'pass', ms });
}

export function* look(): Asking<View> {
  return (yield* asked<'look'>({ type: 'look' })).view;
}

export function* lookAtCall(call: number): Asking<CallView> {
  return (yield* asked<'call'>({ type: 'call', call })).call;
}

export function* logOf(node: number): Asking<LogView> {
  return (yield* asked<'log'>({ type: 'log', node })).log;
}

export function* versionAt(node: number, key: string): Asking<number | null> {
  return (yield* asked<'version'>({ type: 'version', node, key })).version;
}

export function* stateFiles(): Asking<readonly StateFile[]> {
  return (yield* asked<'files'>({ type: 'files' })).files;
}

export function* remarks(from: number): Asking<readonly Remark[]> {
  return (yield* asked<'remarks'>({ type: 'remarks', from })).remarks;
}
