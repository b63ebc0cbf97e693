/** What the page and the worker, in which the playground runs, tell each other. */
import type { ClusterSight, FeedLine } from '#rpc/generated/relevo/v1/sight';
import type { Act, CallSight, Start } from '#simulator/playground';

export type Question =
  | { readonly type: 'act'; readonly act: Act }
  | { readonly type: 'keys'; readonly node: number; readonly prefix: string }
  | { readonly type: 'versions'; readonly key: string }
  | { readonly type: 'files'; readonly node: number }
  | { readonly type: 'read-file'; readonly node: number; readonly path: string }
  | { readonly type: 'fork'; readonly events: number }
  | { readonly type: 'script' };

/** Times are ms of the playground. */
export interface LessonStep {
  readonly id: string;
  readonly beganMs: number;
  readonly endedMs: number;
  readonly passed: boolean;
  /** Its lines, each with what was seen. */
  readonly statements: readonly {
    readonly text: string;
    readonly words: string;
    readonly held: boolean;
  }[];
}

export type ToWorker =
  | { readonly type: 'start'; readonly start: Start }
  /** As a link carries it. */
  | { readonly type: 'load'; readonly link: string }
  /** ms of the playground in one of ours; 0: stand. */
  | { readonly type: 'play'; readonly speed: number }
  | { readonly type: 'step' }
  /** Performs a scenario whole, and stands at its beginning. */
  | {
      readonly type: 'lesson';
      readonly name: string;
      readonly text: string;
      readonly ruleOff: boolean;
    }
  /** Plays what the lesson does, up to then; from there if that has passed. */
  | { readonly type: 'play-to'; readonly fromMs: number; readonly toMs: number }
  | { readonly type: 'ask'; readonly id: number; readonly question: Question };

export type FromWorker =
  | {
      readonly type: 'frame';
      readonly sight: ClusterSight;
      readonly events: number;
      readonly said: number;
      readonly lines: readonly FeedLine[];
      readonly calls: readonly CallSight[] | null;
    }
  | { readonly type: 'restarted' }
  | { readonly type: 'lesson'; readonly steps: readonly LessonStep[] }
  /** The step of a lesson has come to its end. */
  | { readonly type: 'held' }
  | { readonly type: 'trouble'; readonly text: string }
  | { readonly type: 'answer'; readonly id: number; readonly answer: unknown }
  | { readonly type: 'refused'; readonly id: number; readonly reason: string };
