import { expect, test } from 'vitest';
import { ensureValidLanguage } from './valid-language.ts';

test.each([
  ['en-US@posix', 'en-US'],
  ['', 'en-US'],
  ['de-AT', 'de-AT'],
])('of the language %j charts use %j', (named, used) => {
  const browser = { language: named };
  ensureValidLanguage(browser);
  expect(browser.language).toBe(used);
});
