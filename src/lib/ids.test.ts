import { expect, test } from 'vitest';
import { randomIds } from './ids.ts';

test('a run id is 32 hex characters, another one each time', () => {
  const ids = Array.from({ length: 100 }, () => randomIds.hex32());
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/);
  expect(new Set(ids).size).toBe(100);
});

test('a UUIDv7 carries its time first, its version and its variant', () => {
  const before = Date.now();
  const id = randomIds.uuid7();
  expect(id).toMatch(/^[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}$/);
  const time = Number.parseInt(id.slice(0, 12), 16);
  expect(time).toBeGreaterThanOrEqual(before);
  expect(time).toBeLessThanOrEqual(Date.now());
});
