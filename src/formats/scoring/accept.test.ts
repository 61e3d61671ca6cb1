import { expect, test } from 'vitest';
import { acceptedType } from './accept.ts';

test.each([
  [undefined, 'application/json'],
  ['*/*', 'application/json'],
  ['application/json', 'application/json'],
  ['text/csv', 'text/csv'],
  ['TEXT/CSV; charset=utf-8', 'text/csv'],
  ['text/*', 'text/csv'],
  ['application/*', 'application/json'],
  ['application/jsonlines', 'application/jsonlines'],
  ['text/csv;q=0.5, application/jsonlines;q=0.9, */*;q=0.1', 'application/jsonlines'],
  ['text/html, text/csv', 'text/csv'],
  ['text/csv;q=0, application/json', 'application/json'],
  ['text/csv;q=x', 'application/json'],
  ['image/png', 'application/json'],
  ['', 'application/json'],
])('Accept: %s is answered with %s', (accept, type) => {
  expect(acceptedType(accept)).toBe(type);
});
