/** What the page has to do, one check after another, on a real cluster and in its playground. */
import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { decodeScript, Playground } from '#simulator/playground';
import { rulesOf } from '#zoo/rules';
import { WatchedPage } from './watched-page.js';

export interface Place {
  readonly browser: Browser;
  /** `http://127.0.0.1:8080` */
  readonly origin: string;
  readonly token: string;
  readonly proxy: { kill(): Promise<void>; start(): Promise<void> };
}

export interface Check {
  readonly name: string;
  /** Resolves with figures to be told, or nothing. */
  run(place: Place): Promise<string | undefined>;
}

const live = ({ browser, origin, token }: Place): Promise<WatchedPage> =>
  WatchedPage.open(browser, `${origin}/#token=${token}`);

async function playground(place: Place): Promise<WatchedPage> {
  const watched = await live(place);
  await watched.press('playground');
  await watched.page.getByText('every property holds').waitFor();
  return watched;
}

/** The hash that the page names with its link. */
async function shared(
  watched: WatchedPage,
): Promise<{ readonly url: string; readonly hash: string }> {
  await watched.press('link');
  const said = watched.page.locator('.said', { hasText: 'state' });
  await said.waitFor();
  const hash = / state (\S+)$/.exec((await said.innerText()).trim())?.[1] ?? '';
  return { url: watched.page.url(), hash };
}

async function ended(watched: WatchedPage, allowed: RegExp | null = null): Promise<void> {
  const complaints = watched.complaints.filter((each) => allowed?.test(each) !== true);
  assert.deepEqual(complaints, [], 'the page complained');
  await watched.close();
}

const writesAndFailsOver: Check = {
  name: 'live: written, the leader killed, another leads, and it comes back',
  async run(place) {
    const watched = await live(place);
    const first = await watched.leader();
    assert.equal(new URL(watched.page.url()).hash, '', 'the token stays in the address');
    await watched.page.getByLabel('value').fill('seven');
    await watched.press('set');
    await watched.page.getByText(/revision \d+ by/).waitFor();
    await watched.row(first).click();
    const began = performance.now();
    await watched.press('kill');
    await watched.sees(first, 'down');
    const second = await watched.leader();
    assert.notEqual(second, first);
    const took = Math.round(performance.now() - began);
    await watched.press('start');
    await watched.sees(first, 'follower');
    await ended(watched);
    return `${String(took)} ms from the click to the new leader on the page`;
  },
};

const breaksAndHeals: Check = {
  name: 'live: a link cut in one direction, a timer expired with its reason, all healed',
  async run(place) {
    const watched = await live(place);
    await watched.leader();
    await watched.page.keyboard.press('2');
    await watched.page
      .getByRole('button', { name: /^cut to / })
      .first()
      .click();
    await watched.page.getByText('faults are active').waitFor();
    assert.equal(await watched.page.locator('.link.cut').count(), 1);
    await watched.press('heal all');
    await watched.page.getByText('faults are active').waitFor({ state: 'detached' });
    await watched.page.keyboard.press('t');
    await watched.page
      .getByText(/asks for pre-votes/)
      .first()
      .waitFor();
    await ended(watched);
    return undefined;
  },
};

const refusesWithoutToken: Check = {
  name: 'live: without the token nothing can be done',
  async run({ browser, origin }) {
    const watched = await WatchedPage.open(browser, origin);
    await watched.leader();
    await watched.page.getByText('no token').waitFor();
    assert.ok(await watched.page.getByRole('button', { name: 'set', exact: true }).isDisabled());
    const body = { type: 'set', key: 'x', value: '1' };
    const status = await watched.page.evaluate(async (act) => {
      const headers = { 'content-type': 'application/json' };
      return (await fetch('/api/act', { method: 'POST', headers, body: JSON.stringify(act) }))
        .status;
    }, body);
    assert.equal(status, 401);
    await ended(watched, /401/);
    return undefined;
  },
};

const goesOnAfterABreak: Check = {
  name: 'live: goes on after its connection broke',
  async run(place) {
    const watched = await live(place);
    await watched.leader();
    await place.proxy.kill();
    await watched.page.getByText('does not answer').waitFor();
    await place.proxy.start();
    await watched.page.getByText('does not answer').waitFor({ state: 'detached' });
    const leader = await watched.leader();
    await watched.press('set');
    await watched.page.getByText(/revision \d+ by/).waitFor();
    await ended(watched, /ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED|ERR_CONNECTION_RESET/);
    return `${leader} is seen again`;
  },
};

const forksTheLiveCluster: Check = {
  name: 'live: forked into the playground, with its keys',
  async run(place) {
    const watched = await live(place);
    await watched.leader();
    await watched.press('set');
    await watched.page.getByText(/revision \d+ by/).waitFor();
    await watched.press('fork into the playground');
    await watched.page.getByText('every property holds').waitFor();
    await watched.leader(60_000);
    await watched.press('Data');
    await watched.page.locator('.keys tbody tr').filter({ hasText: 'x' }).first().waitFor();
    await ended(watched);
    return undefined;
  },
};

const travelsInTime: Check = {
  name: 'playground: scrubbed back, another story begun there, and shared with the same state',
  async run(place) {
    const watched = await playground(place);
    await watched.hurry();
    await watched.leader(60_000);
    await watched.press('set');
    await watched.page.locator('.calls li.ok').first().waitFor();
    await watched.page.keyboard.press('Space');
    const slider = watched.page.getByLabel('moment that is shown');
    const newest = Number(await slider.inputValue());
    for (let i = 0; i < 25; i += 1) await watched.page.keyboard.press('ArrowLeft');
    const back = Number(await slider.inputValue());
    assert.ok(back < newest, 'it did not go back');
    await watched.press('fork here');
    await watched.page.getByText('another story begins here').waitFor();
    const { url, hash } = await shared(watched);
    assert.match(hash, /^[0-9a-f]{8,}$/);

    const other = await WatchedPage.open(place.browser, url);
    await other.page.getByText('every property holds').waitFor();
    assert.equal((await shared(other)).hash, hash, 'the link opens another state');
    await ended(other);

    const link = new URLSearchParams(new URL(url).hash.slice(1)).get('s') ?? '';
    const script = decodeScript(link);
    const again = Playground.replay(script, script.events, rulesOf);
    assert.equal(again.hash(), hash, 'Node comes to another state than the browser');
    await ended(watched);
    return `state ${hash} in two pages and in Node`;
  },
};

const breaksThePlayground: Check = {
  name: 'playground: a node killed and started, a node added, a message dropped',
  async run(place) {
    const watched = await playground(place);
    await watched.hurry();
    const leader = await watched.leader(60_000);
    await watched.row(leader).click();
    await watched.press('kill');
    await watched.sees(leader, 'down');
    await watched.page.keyboard.press('s');
    await watched.page.keyboard.press('Escape');
    await watched.leader(60_000);
    await watched.press('add a node');
    await watched.page.locator('.states tbody tr').nth(3).waitFor();
    await watched.page.keyboard.press('Space');
    await watched.page.locator('.flight').first().waitFor();
    const flights = await watched.page.locator('.flight').count();
    assert.ok(flights > 0);
    await ended(watched);
    return undefined;
  },
};

const teaches: Check = {
  name: 'lessons: a wrong practice fails step by step, and holds with its rule on; in three languages',
  async run(place) {
    const watched = await live(place);
    await watched.press('Lessons');
    await watched.press(/^Acknowledged, and lost/);
    await watched.page.locator('.lesson').waitFor();
    await watched.hurry();
    const next = watched.page.getByRole('button', { name: 'next step' });
    while (!(await next.isDisabled())) await next.click();
    await watched.page.getByText(/^broken:/).waitFor({ timeout: 60_000 });
    await watched.press('rule on');
    await watched.page.getByText('every property holds').waitFor();
    await watched.press('Lessons');
    await watched.press('Español');
    assert.equal(await watched.page.locator('.lesson-list').first().getAttribute('lang'), 'es');
    await ended(watched);
    return undefined;
  },
};

const catches: Check = {
  name: 'planted bugs: a counter-example step by step to what broke, and the rule off in the playground',
  async run(place) {
    const watched = await live(place);
    await watched.press('Lessons');
    const traces = '**/trace-*';
    await watched.page.route(traces, (route) => route.fulfill({ status: 404 }));
    await watched.press(/^figure 8/);
    await watched.page.getByRole('alert').getByText('the proxy answered 404').waitFor();
    await watched.page.unroute(traces);
    await watched.press(/^figure 8/);
    const trace = watched.page.locator('.trace');
    await trace.waitFor();
    await watched.press('step on');
    await trace.getByText(/^2 of /).waitFor();
    assert.equal(await trace.locator('[aria-current]').count(), 1);
    await watched.press('what broke');
    await trace.locator('[aria-current]', { hasText: /^broken:/ }).waitFor();
    assert.deepEqual(await watched.violations(), []);
    await watched.press('this rule off, in the playground');
    await watched.leader();
    await ended(watched, /status of 404/);
    return undefined;
  },
};

const isAccessible: Check = {
  name: 'every view, light and dark: nothing that axe objects to',
  async run({ browser, origin, token }) {
    for (const colorScheme of ['light', 'dark'] as const) {
      const options = { colorScheme, reducedMotion: 'reduce' } as const;
      const watched = await WatchedPage.open(browser, `${origin}/#token=${token}`, options);
      await watched.leader();
      await watched.page.keyboard.press('1');
      for (const view of ['Cluster', 'Data', 'Figures', 'Lessons']) {
        await watched.press(view);
        await watched.page.waitForTimeout(400);
        assert.deepEqual(await watched.violations(), [], `${view}, ${colorScheme}`);
      }
      await ended(watched);
    }
    return undefined;
  },
};

/** Runs in the page: waits for the crowd, and counts pictures for two seconds. */
const CROWD = `new Promise((resolve) => {
  const flights = () => document.querySelectorAll('.flight').length;
  let frames = 0, most = 0, end = 0;
  const patience = performance.now() + 40000;
  const draw = () => {
    if (end === 0 && flights() >= 40) end = performance.now() + 2000;
    most = Math.max(most, flights());
    if (end > 0) frames += 1;
    if (performance.now() >= (end > 0 ? end : patience)) resolve({ drawn: frames / 2, most });
    else requestAnimationFrame(draw);
  };
  requestAnimationFrame(draw);
})`;

/** Seven nodes whose timers expire nearly together, in slow motion: 42 requests at once. */
const drawsFast: Check = {
  name: 'playground: 40 messages in flight, drawn smoothly',
  async run(place) {
    const watched = await live(place);
    await watched.press('Lessons');
    await watched.press('7 nodes');
    await watched.page.getByText('every property holds').waitFor();
    // Each direction of each connection.
    await watched.page.locator('.link.open').nth(41).waitFor({ state: 'attached' });
    for (let i = 0; i < 8; i += 1) await watched.page.keyboard.press('[');
    for (const node of '1234567') {
      await watched.page.keyboard.press(node);
      await watched.page.keyboard.press('t');
    }
    const { drawn, most } = await watched.page.evaluate<{ drawn: number; most: number }>(CROWD);
    assert.ok(most >= 40, `only ${String(most)} were in flight`);
    // A figure for people: a machine that is busy with something else draws as it can.
    assert.ok(drawn > 0);
    await ended(watched);
    return `${drawn.toFixed(0)} pictures a second with ${String(most)} messages in flight`;
  },
};

export const CHECKS: readonly Check[] = [
  writesAndFailsOver,
  breaksAndHeals,
  refusesWithoutToken,
  goesOnAfterABreak,
  forksTheLiveCluster,
  travelsInTime,
  breaksThePlayground,
  teaches,
  catches,
  isAccessible,
  drawsFast,
];
