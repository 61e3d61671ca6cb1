import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { AppendLog } from '../../src/backends/columns/append-log.ts';
import { newFolder } from './harness.ts';

test('kill -9 at any moment loses no acknowledged payload and leaves no torn one', async () => {
  const folder = newFolder();
  const acknowledged = new Set<number>();
  let next = 0;
  for (let round = 0; round < 10; round += 1) {
    for (const number of await appendUntilKilled(folder, next, randomInt(50, 2000))) acknowledged.add(number);
    const found = new Map<number, number>();
    const log = await AppendLog.open({
      folder,
      maxSegmentBytes: 200_000,
      maxSegmentAgeMs: 3_600_000,
      now: () => Date.now(),
      found(_segment, payload) {
        const number = Number.parseInt(payload.toString('latin1'), 10);
        expect(payload.toString('latin1')).toBe(`${number} ${'x'.repeat(number % 5000)}`);
        found.set(number, (found.get(number) ?? 0) + 1);
      },
      rotated: () => {},
      failed: (error) => {
        throw error;
      },
    });
    await log.close();
    expect([...acknowledged].filter((number) => found.get(number) !== 1)).toEqual([]);
    next = Math.max(-1, ...found.keys()) + 1;
  }
  expect(acknowledged.size).toBeGreaterThan(500);
});

/** Kills the writer once it has acknowledged `count` payloads. @returns all that it acknowledged */
async function appendUntilKilled(folder: string, first: number, count: number): Promise<number[]> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'append-until-killed.ts'), folder, `${first}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  let lines = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    lines += chunk.filter((byte) => byte === 0x0a).length;
    if (lines >= count) child.kill('SIGKILL');
  });
  await once(child, 'close');
  return text.slice(0, text.lastIndexOf('\n')).split('\n').map(Number);
}
