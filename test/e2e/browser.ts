/** A real Chromium that needs no installation on the machine, and what a test asks of every page. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import chromium from '@sparticuz/chromium';
import { chromium as playwright, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { expect } from 'vitest';

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

type Session = Awaited<ReturnType<BrowserContext['storageState']>>;

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

export async function openView(
  browser: Browser,
  origin: string,
  options: { width?: number; scheme?: 'light' | 'dark'; session?: Session | undefined; bypassPolicy?: boolean } = {},
): Promise<View> {
  const width = options.width ?? 1440;
  const context = await browser.newContext({
    baseURL: origin,
    locale: 'en-US',
    viewport: { width, height: width < 500 ? 844 : 900 },
    colorScheme: options.scheme ?? 'light',
    acceptDownloads: true,
    // For pages whose policy forbids the style that `expectAccessible` puts in.
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
