/** A page that may not complain, nor ask anybody but the proxy. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface AxeResults {
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly { readonly target: readonly string[] }[];
  }[];
}

export class WatchedPage {
  readonly page: Page;
  readonly complaints: string[] = [];

  private constructor(page: Page, origin: string) {
    this.page = page;
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(`console: ${message.text()}`);
    });
    page.on('pageerror', (error) => this.complaints.push(`thrown: ${error.message}`));
    page.on('request', (request) => {
      const url = request.url();
      const isOwn =
        url.startsWith(`${origin}/`) || url.startsWith('data:') || url.startsWith('blob:');
      if (!isOwn) this.complaints.push(`asked elsewhere: ${url}`);
    });
  }

  static async open(
    browser: Browser,
    url: string,
    options: BrowserContextOptions = {},
  ): Promise<WatchedPage> {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 800 },
      ...options,
    });
    const watched = new WatchedPage(await context.newPage(), new URL(url).origin);
    await watched.page.goto(url);
    return watched;
  }

  press(name: string | RegExp): Promise<void> {
    return this.page
      .getByRole('button', { name, exact: typeof name === 'string' })
      .first()
      .click();
  }

  /** Of the table, by the node's name. */
  row(node: string): Locator {
    const name = this.page.getByRole('rowheader', { name: node, exact: true });
    return this.page.locator('.states tbody tr').filter({ has: name });
  }

  /** Everything in the playground as fast as it goes. */
  async hurry(): Promise<void> {
    for (let i = 0; i < 8; i += 1) await this.page.keyboard.press(']');
  }

  /** Waits until the row of this node says so. */
  async sees(node: string, words: string | RegExp, timeout = 15_000): Promise<void> {
    const row = this.row(node);
    await row.filter({ hasText: words }).waitFor({ timeout });
  }

  /** The node that leads, by the table. */
  async leader(timeout = 15_000): Promise<string> {
    const row = this.page.locator('.states tr.leader');
    await row.first().waitFor({ timeout });
    return (await row.first().locator('th').innerText()).trim();
  }

  /** What axe finds wrong, in words. */
  async violations(): Promise<readonly string[]> {
    // Past the page's policy, which keeps scripts out that are not its own.
    await this.page.evaluate(AXE);
    const { violations } = await this.page.evaluate(() =>
      (globalThis as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run(),
    );
    return violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`,
    );
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }
}
