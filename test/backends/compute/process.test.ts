import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { TaskHandle } from '../../../src/backends/compute/port.ts';
import { processCompute } from '../../../src/backends/compute/process.ts';
import { computeConformance, exists, living, logHas, textOf } from './conformance.ts';

computeConformance('process', () => processCompute());

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'compute-process-'));
  await mkdir(join(root, 'task'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** An engine in a process of its own, which is killed outright once the handle and the log are there. */
async function killedEngine(task: Record<string, unknown>, store: string): Promise<void> {
  const module = join(import.meta.dirname, '../../../src/backends/compute/process.ts');
  const script = `
    import { writeFileSync } from 'node:fs';
    import { processCompute } from ${JSON.stringify(module)};
    const running = await processCompute().submit(${JSON.stringify({ cwd: root, env: { PATH: process.env['PATH'] }, graceMs: 1000, ...task })}, {
      folder: ${JSON.stringify(join(root, 'task'))},
      store: async (handle) => { writeFileSync(${JSON.stringify(join(root, 'handle'))}, JSON.stringify(handle)); ${store} },
    });
    for await (const piece of running.log()) if (String(Buffer.from(piece)).includes('ready')) break;
    process.kill(process.pid, 'SIGKILL');
  `;
  const engine = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'inherit' });
  const [, signal] = (await once(engine, 'exit')) as [number | null, string | null];
  expect(signal).toBe('SIGKILL');
}

const storedHandle = async (): Promise<TaskHandle> => JSON.parse(await readFile(join(root, 'handle'), 'utf8')) as TaskHandle;

test('a task of the engine ends when the engine is killed outright', async () => {
  await killedEngine({ command: `echo $$ > ${root}/pid; echo ready; sleep 600`, lifetime: 'engine' }, '');
  const pid = (await readFile(join(root, 'pid'), 'utf8')).trim();
  while (await living(pid)) await delay(20);
  expect(await living(pid)).toBe(false);
});

test('a detached task outlives an engine that is killed outright, and the next engine collects it', async () => {
  await killedEngine({ command: `echo ready; while [ ! -e ${root}/go ]; do sleep 0.02; done; echo done`, lifetime: 'detached' }, '');
  const running = await processCompute().attach(await storedHandle());
  await writeFile(join(root, 'go'), '');
  expect(await running.ended).toMatchObject({ status: 'succeeded', exitCode: 0 });
  expect(await textOf(running)).toBe('ready\ndone\n');
});

test('a timeout that passed while no engine lived is enforced by the next', async () => {
  await killedEngine({ command: 'echo ready; sleep 600', lifetime: 'detached', timeoutMs: 600_000 }, '');
  const late = processCompute({ now: () => Date.now() + 601_000 });
  expect((await (await late.attach(await storedHandle())).ended).status).toBe('timed-out');
});

test('an engine killed while it stores the handle leaves a task that never starts', async () => {
  await killedEngine({ command: `touch ${root}/marker`, lifetime: 'detached' }, `process.kill(process.pid, 'SIGKILL');`);
  const running = await processCompute().attach(await storedHandle());
  expect(await running.ended).toMatchObject({ status: 'never-started', exitCode: undefined, startedAt: undefined });
  expect(await exists(join(root, 'marker'))).toBe(false);
});

test('a task that somebody killed outright is lost, and what it left is ended', async () => {
  const compute = processCompute();
  const running = await compute.submit(
    {
      command: `echo $$ > ${root}/pid; echo ready; sleep 600`,
      cwd: root,
      env: { PATH: process.env['PATH'] ?? '' },
      graceMs: 1000,
      lifetime: 'detached',
    },
    { folder: join(root, 'task'), store: () => undefined },
  );
  await logHas(running, 'ready\n');
  process.kill(Number(running.handle.state['pid']), 'SIGKILL');
  expect(await running.ended).toMatchObject({ status: 'lost', exitCode: undefined });
  expect(await living((await readFile(join(root, 'pid'), 'utf8')).trim())).toBe(false);
});

test('a handle of an earlier boot is lost, whatever runs under its number now', async () => {
  const handle: TaskHandle = {
    backend: 'process',
    folder: join(root, 'task'),
    lifetime: 'detached',
    graceMs: 1000,
    state: { pid: process.pid, startTicks: 1, bootId: 'another' },
  };
  await writeFile(join(root, 'task', 'start'), '');
  expect((await (await processCompute().attach(handle)).ended).status).toBe('lost');
});
