/** The stories that can be gone through, as the build put them together. */
import { signal } from '@preact/signals';
import { textOf } from './files.js';

/** Where the build put them. */
declare const LESSONS_FILE: string;

export const LANGUAGES = ['en', 'es', 'fr'] as const;
export type Language = (typeof LANGUAGES)[number];

export interface StepTexts {
  readonly title: string;
  readonly happens: string;
  readonly proves: string;
}

export interface LessonTexts {
  readonly title: string;
  readonly about: string;
  readonly steps: Readonly<Record<string, StepTexts>>;
}

export interface LessonSource {
  readonly name: string;
  readonly text: string;
  /** A wrong practice, which it shows failing; null: none. */
  readonly rule: { readonly name: string; readonly thenOn: boolean } | null;
  readonly texts: Readonly<Record<Language, LessonTexts>>;
}

export const lessons = signal<readonly LessonSource[]>([]);
export const language = signal<Language>(preferred());

export async function loadLessons(): Promise<void> {
  if (lessons.value.length > 0) return;
  const text = await textOf(LESSONS_FILE);
  if (text !== null) lessons.value = JSON.parse(text) as LessonSource[];
}

function preferred(): Language {
  const [wanted = 'en'] = navigator.language.split('-');
  return LANGUAGES.find((each) => each === wanted) ?? 'en';
}
