import { expect, test } from 'vitest';
import { readZoom, writeZoom } from './zoom.ts';

test('a stretch is read as it was written, nonsense as all', () => {
  expect(readZoom(writeZoom({ from: -1.5, to: 20 }))).toEqual({ from: -1.5, to: 20 });
  expect([undefined, '', 'abc', '5', '5..', '9..3', '0..Infinity', 'NaN..1'].map(readZoom)).toEqual(Array(8).fill(undefined));
  expect(writeZoom(undefined)).toBeUndefined();
});
