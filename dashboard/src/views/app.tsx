/** The whole page. */
import {
  forkLive,
  frames,
  hasLive,
  isHelpOpen,
  kind,
  openLive,
  openPlayground,
  openRecorded,
  recording,
  say,
  shareLink,
  source,
  STANDARD_START,
  view,
  type View,
} from '../state/store.js';
import { LiveSource } from '../sources/live-source.js';
import { Actions } from './actions.js';
import { Banner, Lamp } from './banner.js';
import { DataView } from './data.js';
import { Feed } from './feed.js';
import { Figures } from './figures.js';
import { Help } from './help.js';
import { LessonStrip, Lessons } from './lessons.js';
import { Logs } from './logs.js';
import { Ring } from './ring.js';
import { Scrubber } from './scrubber.js';
import { StateTable } from './table.js';

const VIEWS: readonly (readonly [View, string])[] = [
  ['cluster', 'Cluster'],
  ['data', 'Data'],
  ['figures', 'Figures'],
  ['lessons', 'Lessons'],
];

export function App() {
  return (
    <>
      <Header />
      <div class="strips">
        <Banner />
        <LessonStrip />
      </div>
      <main>{main()}</main>
      <Scrubber />
      <Help />
    </>
  );
}

function main() {
  switch (view.value) {
    case 'cluster':
      return (
        <div class="cluster">
          <section class="picture" aria-label="the cluster">
            <Ring />
            <Actions />
          </section>
          <section class="tables" aria-label="state">
            <StateTable />
            <Logs />
            <Feed />
          </section>
        </div>
      );
    case 'data':
      return <DataView />;
    case 'figures':
      return <Figures />;
    case 'lessons':
      return <Lessons />;
  }
}

function Header() {
  const live = source.value;
  const place =
    live instanceof LiveSource ? `${live.about.cluster}, through ${live.about.proxy}` : '';
  return (
    <header>
      <h1>
        Relevo <span class="quiet">{kind.value === 'live' ? place : (kind.value ?? '')}</span>
      </h1>
      <nav aria-label="views">
        {VIEWS.map(([name, label]) => (
          <button
            key={name}
            type="button"
            aria-current={view.value === name ? 'page' : undefined}
            onClick={() => (view.value = name)}
          >
            {label}
          </button>
        ))}
      </nav>
      <Lamp />
      <Sources />
      <button
        type="button"
        aria-label="help"
        title="?"
        onClick={() => (isHelpOpen.value = !isHelpOpen.value)}
      >
        ?
      </button>
    </header>
  );
}

function Sources() {
  const now = kind.value;
  return (
    <div class="sources" role="group" aria-label="source">
      {hasLive.value && now !== 'live' && (
        <button type="button" onClick={() => void openLive()}>
          to the live cluster
        </button>
      )}
      {now === 'live' && (
        <button
          type="button"
          onClick={() => void forkLive()}
          title="f: what the nodes have on disk now goes on in the playground"
        >
          fork into the playground
        </button>
      )}
      {now !== 'playground' && (
        <button type="button" onClick={() => openPlayground({ start: STANDARD_START })}>
          playground
        </button>
      )}
      {now === 'playground' && (
        <button
          type="button"
          onClick={() => void share()}
          title="an address that opens this very state"
        >
          link
        </button>
      )}
      {now !== 'recording' && frames.value.length > 0 && (
        <button type="button" onClick={save} title="what was seen, as a file">
          save
        </button>
      )}
      <label class="button" title="a saved recording">
        open
        <input
          class="unseen"
          type="file"
          accept=".jsonl"
          onChange={(event) => void openFile(event.currentTarget)}
        />
      </label>
    </div>
  );
}

async function share(): Promise<void> {
  const shared = await shareLink();
  if (shared === null) return;
  history.replaceState(null, '', shared.url);
  await (navigator as Partial<Navigator>).clipboard?.writeText(shared.url).catch(() => undefined);
  say(`the address leads here now; state ${shared.hash}`);
}

function save(): void {
  const url = URL.createObjectURL(new Blob([recording()], { type: 'application/jsonl' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = 'relevo-recording.jsonl';
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

async function openFile(input: HTMLInputElement): Promise<void> {
  const [file] = input.files ?? [];
  if (file === undefined) return;
  try {
    openRecorded(await file.text());
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
  }
}
