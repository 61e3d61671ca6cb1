/** What the browser tests share: a server, a browser, and for each test a view whose complaints fail it. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { startTestServer, type TestServer } from './server.ts';
import { expectNoComplaints, launchBrowser, openView, signIn, type Session, type View, type ViewOptions } from './browser.ts';
import { fill, type Filled } from './fill.ts';

/** There from the first `beforeAll` on; its page from `beforeEach` on. */
export interface Visit<Made> {
  readonly server: TestServer;
  readonly browser: Browser;
  readonly page: Page;
  /** What the server was filled with. */
  readonly made: Made;
  /** Opens an address of the server, and waits for a text on its page. */
  readonly go: (path: string, waitFor: string) => Promise<void>;
  /** What a person reads on the page. */
  readonly text: () => Promise<string>;
  /** Goes on in a view with the session of the address that `up` printed. */
  readonly signedIn: () => Promise<void>;
  /** Goes on in another window. */
  readonly goOn: (options: ViewOptions) => Promise<void>;
}

/**
 * @param open starts the server and fills it; it is stopped after the last test
 * @param views begin with the session of the address that `up` printed where `signIn` says so
 */
export function visitEach<Made>(
  open: () => Promise<{ server: TestServer; made: Made }>,
  views: { readonly signIn?: boolean } = {},
): Visit<Made> {
  let opened: { server: TestServer; made: Made } | undefined;
  let browser: Browser | undefined;
  let view: View | undefined;
  let session: Session | undefined;

  beforeAll(async () => {
    [opened, browser] = await Promise.all([open(), launchBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    await opened?.server.stop();
  });
  beforeEach(async () => {
    if (views.signIn === true) session ??= await signIn(visit.browser, visit.server.login);
    view = await openView(visit.browser, visit.server.url, views.signIn === true ? { session } : {});
  });
  const leave = async (): Promise<void> => {
    await view?.close();
    if (view !== undefined) expectNoComplaints(view);
    view = undefined;
  };
  afterEach(leave);

  const visit: Visit<Made> = {
    get server() {
      return there(opened).server;
    },
    get made() {
      return there(opened).made;
    },
    get browser() {
      return there(browser);
    },
    get page() {
      return there(view).page;
    },
    async go(path, waitFor) {
      await visit.page.goto(path);
      await visit.page.getByText(waitFor).first().waitFor();
    },
    text: () => visit.page.locator('main').innerText(),
    async signedIn() {
      session ??= await signIn(visit.browser, visit.server.login);
      await visit.goOn({ session });
    },
    async goOn(options) {
      await leave();
      view = await openView(visit.browser, visit.server.url, options);
    },
  };
  return visit;
}

/** A server with what a project's first day leaves. */
export const visitFilled = (): Visit<Filled> =>
  visitEach(async () => {
    const server = await startTestServer();
    return { server, made: await fill(server) };
  });

function there<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the server and its view are there inside hooks and tests only');
  return value;
}
