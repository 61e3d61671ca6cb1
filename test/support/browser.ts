/** A real Chromium that needs no installation on the machine, and what a test asks of every page. */
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import chromium from '@sparticuz/chromium';
import { chromium as playwright, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { expect } from 'vitest';
import { checkout } from './test-env.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const args = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export async function launchBrowser(): Promise<Browser> {
  return playwright.launch({ executablePath: await chromium.executablePath(), args });
}

/** Fails where a page complained. */
export function expectNoComplaints({ complaints }: View): void {
  if (complaints.length > 0) throw new Error(`the page complained:\n${complaints.join('\n')}`);
}

export interface View {
  readonly page: Page;
  /** What the page complained of: errors on the console, exceptions, requests to other hosts. */
  readonly complaints: readonly string[];
  close(): Promise<void>;
}

export type Session = Awaited<ReturnType<BrowserContext['storageState']>>;

/** Opens the one-time address that `up` printed. @returns the session that it gave, for other views */
export async function signIn(browser: Browser, login: string): Promise<Session> {
  const context = await browser.newContext({ locale: 'en-US' });
  const page = await context.newPage();
  await page.goto(login);
  const session = await context.storageState();
  await context.close();
  expect(session.cookies).toHaveLength(1);
  return session;
}

export interface Window {
  readonly width: number;
  readonly scheme: 'light' | 'dark';
}

/** Those that every page is judged in. */
export const everyWindow: readonly Window[] = [1440, 820, 390].flatMap((width) =>
  (['light', 'dark'] as const).map((scheme) => ({ width, scheme })),
);

export interface ViewOptions extends Partial<Window> {
  readonly session?: Session | undefined;
  /** For pages whose policy forbids the style that `expectAccessible` puts in. */
  readonly bypassPolicy?: boolean;
}

export async function openView(browser: Browser, origin: string, options: ViewOptions = {}): Promise<View> {
  const width = options.width ?? 1440;
  const context = await browser.newContext({
    baseURL: origin,
    locale: 'en-US',
    viewport: { width, height: width < 500 ? 844 : 900 },
    colorScheme: options.scheme ?? 'light',
    acceptDownloads: true,
    bypassCSP: options.bypassPolicy === true,
    // No colour is judged half faded in.
    reducedMotion: 'reduce',
    ...(options.session === undefined ? {} : { storageState: options.session }),
  });
  // The page's own policy forbids scripts that are not its own; axe is put in by the browser, before it.
  await context.addInitScript({ content: axe });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(`exception: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error' && !expected(message.text())) complaints.push(message.text());
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(origin) && !/^(data|blob|about):/.test(request.url()))
      complaints.push(`asked another host: ${request.url()}`);
  });
  return { page, complaints, close: () => context.close() };
}

/** The browser reports these too: a refused answer that a test provokes, a script that the sandbox stopped. */
function expected(message: string): boolean {
  return (
    message.startsWith('Failed to load resource: the server responded with a status of 4') ||
    message.includes("the document's frame is sandboxed")
  );
}

/** Every rule of WCAG 2.2 A and AA that axe knows, on the page as it stands. */
export async function expectAccessible(page: Page): Promise<void> {
  // A dialog gets the name of its title a moment after it is drawn; one that never does fails here.
  await page.waitForFunction(
    `[...document.querySelectorAll('[role=dialog]')].every((dialog) => document.getElementById(dialog.getAttribute('aria-labelledby')) !== null || dialog.hasAttribute('aria-label'))`,
  );
  const found = await page.evaluate<{ passes: number; violations: string[] }>(`(async () => {
    const told = ({ id, help, nodes }) => id + ': ' + help + ': ' + nodes.map(({ html }) => html.slice(0, 160)).join(' | ');
    const runOnly = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    const { violations, passes } = await axe.run(document, { runOnly, rules: { 'target-size': { enabled: false } } });
    // Boxes of a graph that its frame cuts off still count as lying on what is beside the frame: sizes are judged without them.
    const style = document.head.appendChild(document.createElement('style'));
    style.textContent = '.react-flow__viewport { display: none }';
    const sizes = await axe.run(document, { runOnly: { type: 'rule', values: ['target-size'] } });
    style.remove();
    return { passes: passes.length, violations: [...violations, ...sizes.violations].map(told) };
  })()`);
  expect(found.violations).toEqual([]);
  expect(found.passes).toBeGreaterThan(5);
}

const beyondWindow = `[document.documentElement, document.querySelector('main')]
  .filter((part) => part !== null && part.scrollWidth > part.clientWidth)
  .map((part) => part.localName + ' is ' + (part.scrollWidth - part.clientWidth) + ' px too wide')`;

/** What makes the page, or the part of it that scrolls, wider than the window. */
export const tooWide = (page: Page): Promise<string[]> => page.evaluate<string[]>(beyondWindow);

const cutOffHeight = `(() => { const main = document.querySelector('main'); return main === null ? 0 : main.scrollHeight - main.clientHeight; })()`;

/** Judges a page as it stands, and keeps a picture of the whole of it. @returns what runs out of the window */
export async function standing(page: Page, name: string, { width, scheme }: Window): Promise<string[]> {
  await page.waitForLoadState('load');
  await page.locator('main [role=status][aria-label^=Loading]').first().waitFor({ state: 'detached' });
  await page.evaluate('document.fonts.ready.then(() => undefined)');
  const wide = await tooWide(page);
  await expectAccessible(page);
  const pictures = join(checkout, 'build/screenshots');
  mkdirSync(pictures, { recursive: true });
  const size = page.viewportSize()!;
  const more = await page.evaluate<number>(cutOffHeight);
  if (more > 0) await page.setViewportSize({ ...size, height: Math.min(size.height + more, 6000) });
  await page.screenshot({ path: join(pictures, `${name}-${width}-${scheme}.png`), fullPage: true });
  if (more > 0) await page.setViewportSize(size);
  return wide;
}
