import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cleanEnvironment, launcher } from '../support/server.ts';

let folder: string;
const started: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'up-'));
});
afterEach(async () => {
  for (const child of started.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }
  rmSync(folder, { recursive: true, force: true });
});

function up(...words: string[]): { stdout: Readable; stderr: Readable; exit: Promise<number> } {
  const child = spawn(launcher, ['up', '--port', '0', '--state', join(folder, 'state'), ...words], {
    env: cleanEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(child);
  const exit = once(child, 'exit').then(([code]) => code as number);
  return { stdout: child.stdout.setEncoding('utf8'), stderr: child.stderr.setEncoding('utf8'), exit };
}

const nextText = async (stream: Readable): Promise<string> => String((await once(stream, 'data'))[0]);

test('up waits for a server that ends when it is idle, as that of a repro does', async () => {
  const recording = up('--idle-exit', '1s');
  expect(await nextText(recording.stdout)).toContain('Millwright is ready');
  const staying = up();
  const ready = nextText(staying.stdout);
  expect(await nextText(staying.stderr)).toMatch(
    /^Waiting for the server that a repro started here \(http:.*\): it ends when it is idle\.\n$/,
  );
  expect(await recording.exit).toBe(0);
  expect(await ready).toContain('Millwright is ready');
});
