/** Stories to go through, step by step: the scenarios that are tests as well. */
import { useEffect } from 'preact/hooks';
import { LANGUAGES, language, lessons, loadLessons, type LessonSource } from '../state/lessons.js';
import { opened } from '../state/catalogue.js';
import { unread } from '../state/files.js';
import { Catalogue, OpenTrace } from './catalogue.js';
import {
  lesson,
  openLesson,
  openPlayground,
  showStep,
  STANDARD_START,
  view,
} from '../state/store.js';

const LANGUAGE_NAMES = { en: 'English', es: 'Español', fr: 'Français' } as const;

export function Lessons() {
  useEffect(() => void loadLessons(), []);
  const begin = (nodes: number): void => {
    openPlayground({ start: { ...STANDARD_START, nodes } });
    view.value = 'cluster';
  };
  const plain = lessons.value.filter(({ rule }) => rule === null);
  const wrong = lessons.value.filter(({ rule }) => rule !== null);
  if (opened.value !== null) return <OpenTrace />;
  return (
    <div class="lessons">
      {unread.value !== null && (
        <p class="banner trouble" role="alert">
          {unread.value}
        </p>
      )}
      <p class="row">
        <Languages />
        <span class="quiet">an empty playground:</span>
        {[1, 3, 4, 5, 7].map((nodes) => (
          <button key={nodes} type="button" onClick={() => begin(nodes)}>
            {nodes === 1 ? 'one node' : `${String(nodes)} nodes`}
          </button>
        ))}
      </p>
      <h2>How it holds</h2>
      <List of={plain} />
      <h2>Wrong practices, and why they are wrong</h2>
      <List of={wrong} />
      <h2>Planted bugs, and how each was caught</h2>
      <Catalogue />
    </div>
  );
}

function Languages() {
  return (
    <span class="buttons" role="group" aria-label="language">
      {LANGUAGES.map((each) => (
        <button
          key={each}
          type="button"
          lang={each}
          aria-pressed={language.value === each}
          onClick={() => (language.value = each)}
        >
          {LANGUAGE_NAMES[each]}
        </button>
      ))}
    </span>
  );
}

function List({ of }: { of: readonly LessonSource[] }) {
  return (
    <ul class="lesson-list" lang={language.value}>
      {of.map(({ name, text, rule, texts }) => (
        <li key={name}>
          <button type="button" onClick={() => openLesson(name, text, rule !== null)}>
            <b>{texts[language.value].title}</b>
            <span>{texts[language.value].about}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

/** The step that is shown: what happens, and what it proves. */
export function LessonStrip() {
  const open = lesson.value;
  useEffect(() => void loadLessons(), []);
  const source = lessons.value.find(({ name }) => name === open?.name);
  if (open === null || source === undefined) return null;
  const texts = source.texts[language.value];
  const step = open.steps[open.at];
  const words = step === undefined ? undefined : texts.steps[step.id];
  return (
    <section class="lesson" aria-label="lesson" lang={language.value}>
      <div class="lesson-words">
        <h2>
          <span class="quiet">{`${texts.title} · ${step === undefined ? '…' : `${String(open.at + 1)}/${String(open.steps.length)}`}`}</span>{' '}
          {words?.title}
        </h2>
        <p>
          {words?.happens} <em>{words?.proves}</em>
        </p>
        <p class="statements">
          {step?.statements.map(({ text, words: seen, held }) => (
            <code key={text} class={held ? 'held' : 'failed'} title={seen}>
              {text}
            </code>
          ))}
        </p>
      </div>
      <div class="lesson-buttons">
        {source.rule !== null && (
          <span class="buttons" role="group" aria-label={`rule ${source.rule.name}`}>
            <button
              type="button"
              aria-pressed={open.ruleOff}
              onClick={() => openLesson(source.name, source.text, true)}
            >
              rule off
            </button>
            <button
              type="button"
              aria-pressed={!open.ruleOff}
              onClick={() => openLesson(source.name, source.text, false)}
            >
              rule on
            </button>
          </span>
        )}
        <button type="button" disabled={open.at <= 0} onClick={() => showStep(open.at - 1)}>
          previous
        </button>
        <button type="button" onClick={() => showStep(open.at)}>
          again
        </button>
        <button
          type="button"
          class="accent"
          disabled={open.at + 1 >= open.steps.length}
          onClick={() => showStep(open.at + 1)}
        >
          next step
        </button>
        <button type="button" aria-label="leave the lesson" onClick={() => (lesson.value = null)}>
          ✕
        </button>
      </div>
    </section>
  );
}
