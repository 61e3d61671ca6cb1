/** What every implementation of the compute port must do; the numbers are those of the contract in `port.ts`. */
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Compute, RunningTask, Task, TaskHandle } from '../../../src/backends/compute/port.ts';

const python = 'python3';

export function computeConformance(name: string, makeCompute: () => Compute): void {
  describe(`${name} keeps the contract of compute`, () => {
    let compute: Compute;
    let root: string;
    const handles: TaskHandle[] = [];

    beforeEach(async () => {
      root = await mkdtemp(join(tmpdir(), 'compute-'));
      compute = makeCompute();
      handles.length = 0;
    });
    afterEach(async () => {
      await compute.close();
      await rm(root, { recursive: true, force: true });
    });

    async function run(command: Task['command'], options: Partial<Task> = {}): Promise<RunningTask> {
      const folder = join(root, randomBytes(4).toString('hex'));
      await mkdir(folder);
      const task: Task = {
        command,
        cwd: root,
        env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin' },
        graceMs: 2000,
        lifetime: 'engine',
        ...options,
      };
      return compute.submit(task, { folder, store: (handle) => void handles.push(handle) });
    }

    test('1: the handle is stored before the command starts', async () => {
      let startedTooEarly: boolean | undefined;
      const folder = join(root, 'task');
      await mkdir(folder);
      const marker = join(root, 'marker');
      const task: Task = { command: ['touch', marker], cwd: root, env: environment(), graceMs: 1000, lifetime: 'engine' };
      const running = await compute.submit(task, {
        folder,
        store: async (handle) => {
          expect(JSON.parse(JSON.stringify(handle))).toEqual(handle);
          startedTooEarly = await exists(marker);
        },
      });
      expect(startedTooEarly).toBe(false);
      expect((await running.ended).status).toBe('succeeded');
      expect(await exists(marker)).toBe(true);
    });

    test('1: a command whose handle cannot be stored never runs', async () => {
      const folder = join(root, 'task');
      await mkdir(folder);
      const marker = join(root, 'marker');
      const refused = compute.submit(
        { command: ['touch', marker], cwd: root, env: environment(), graceMs: 1000, lifetime: 'engine' },
        { folder, store: () => Promise.reject(new Error('no room')) },
      );
      await expect(refused).rejects.toThrow('no room');
      expect(await exists(marker)).toBe(false);
    });

    test('2: a second engine collects a task that has ended', async () => {
      const first = await run('echo kept; exit 7', { lifetime: 'detached' });
      const outcome = await first.ended;
      const second = await makeCompute().attach(JSON.parse(JSON.stringify(first.handle)) as TaskHandle);
      expect(await second.ended).toMatchObject({ status: 'failed', exitCode: 7, startedAt: outcome.startedAt, endedAt: outcome.endedAt });
      expect(await textOf(second)).toBe('kept\n');
    });

    test('2: a second engine goes on with a task that runs', async () => {
      const fifo = join(root, 'go');
      const first = await run(`mkfifo ${fifo} && echo ready && read word < ${fifo} && echo "got $word"`, { lifetime: 'detached' });
      await logHas(first, 'ready\n');
      const second = await makeCompute().attach(first.handle);
      await writeFile(fifo, 'news\n');
      expect(await second.ended).toMatchObject({ status: 'succeeded', exitCode: 0 });
      expect(await textOf(second)).toBe('ready\ngot news\n');
    });

    test('2: a second engine cancels what the first one started', async () => {
      const first = await run('echo ready; sleep 600', { lifetime: 'detached' });
      await logHas(first, 'ready\n');
      const second = await makeCompute().attach(first.handle);
      second.cancel();
      expect((await second.ended).status).toBe('cancelled');
      expect((await first.ended).status).toBe('cancelled');
    });

    test('3: command, arguments, folder and environment arrive unchanged', async () => {
      const odd = ['', ' ', '$HOME', '`id`', '*', "it's", '"', '\\n', 'a\nb', '-n', 'ünï'];
      const env = { ...environment(), ODD: 'a\nb $x `y` "z" \\', EMPTY: '' };
      const script =
        'import json,os,sys; print(json.dumps([sys.argv[1:], os.getcwd(), os.environ["ODD"], os.environ["EMPTY"], "HOME" in os.environ, sys.stdin.read()]))';
      const running = await run([python, '-c', script, ...odd], { env });
      expect((await running.ended).status).toBe('succeeded');
      expect(JSON.parse(await textOf(running))).toEqual([odd, root, env.ODD, '', false, '']);
    });

    test('3: a string is a shell command', async () => {
      const running = await run('for i in 1 2; do echo "$i"; done | tail -1; exit 4');
      expect(await running.ended).toMatchObject({ status: 'failed', exitCode: 4 });
      expect(await textOf(running)).toBe('2\n');
    });

    test('3: output and errors share one log, in order', async () => {
      const running = await run('for i in 1 2 3; do echo "out $i"; echo "err $i" >&2; done');
      await running.ended;
      expect(await textOf(running)).toBe('out 1\nerr 1\nout 2\nerr 2\nout 3\nerr 3\n');
    });

    test('3: a working directory that is not there is named', async () => {
      await expect(run('true', { cwd: join(root, 'nowhere') })).rejects.toMatchObject({
        code: 'STAGE_FAILED',
        message: expect.stringContaining('nowhere'),
      });
    });

    test('4: the log streams while the command runs, from any byte', async () => {
      const fifo = join(root, 'go');
      const running = await run(`mkfifo ${fifo}; echo early; read word < ${fifo}; echo late`);
      await logHas(running, 'early\n');
      await writeFile(fifo, 'on\n');
      expect(await textOf(running, 3)).toBe('ly\nlate\n');
      expect((await running.ended).status).toBe('succeeded');
    });

    test('5: cancel ends the whole group', async () => {
      const pids = join(root, 'pids');
      const running = await run(`sh -c 'echo $$ >> ${pids}; sleep 600' & sh -c 'echo $$ >> ${pids}; echo ready; sleep 600'`);
      await logHas(running, 'ready\n');
      running.cancel();
      expect((await running.ended).status).toBe('cancelled');
      const started = (await readFile(pids, 'utf8')).trim().split('\n');
      expect(started).toHaveLength(2);
      for (const pid of started) expect(await living(pid)).toBe(false);
    });

    test('5: a command that ends in order on SIGTERM is given the time', async () => {
      const running = await run(`trap 'echo tidied; exit 0' TERM; echo ready; while :; do sleep 0.05; done`);
      await logHas(running, 'ready\n');
      running.cancel();
      expect(await running.ended).toMatchObject({ status: 'cancelled', exitCode: 0 });
      expect(await textOf(running)).toContain('tidied\n');
    });

    test('5: a command that ignores SIGTERM is killed when its timeout and its grace are over', async () => {
      const running = await run(`trap '' TERM; echo $$; while :; do sleep 0.05; done`, { timeoutMs: 200, graceMs: 300 });
      expect((await running.ended).status).toBe('timed-out');
      expect(await living((await textOf(running)).trim())).toBe(false);
    });

    test('5: a command that ends by itself leaves nothing running', async () => {
      const running = await run('sleep 600 & echo $!');
      expect((await running.ended).status).toBe('succeeded');
      expect(await living((await textOf(running)).trim())).toBe(false);
    });

    test('6: closing the engine ends its own tasks and leaves the detached', async () => {
      const own = await run('echo ready; sleep 600');
      const detached = await run('echo ready; sleep 600', { lifetime: 'detached' });
      await Promise.all([logHas(own, 'ready\n'), logHas(detached, 'ready\n')]);
      await compute.close();
      expect((await own.ended).status).toBe('cancelled');
      const again = await makeCompute().attach(detached.handle);
      again.cancel();
      expect((await again.ended).status).toBe('cancelled');
    });

    test('7: processor time and peak memory are recorded', async () => {
      const script =
        'b = bytearray(100_000_000)\nfor i in range(0, len(b), 4096): b[i] = 1\nimport time\nend = time.process_time() + 0.3\nwhile time.process_time() < end: pass';
      const running = await run([python, '-c', script]);
      const outcome = await running.ended;
      expect(outcome.status).toBe('succeeded');
      expect(outcome.cpuSeconds).toBeGreaterThan(0.3);
      if (process.platform === 'linux') expect(outcome.peakMemoryBytes).toBeGreaterThan(100_000_000);
    });

    test('8: a program that is not there is an outcome', async () => {
      const running = await run(['no-such-program-anywhere']);
      expect(await running.ended).toMatchObject({ status: 'failed', exitCode: 127 });
      expect(await textOf(running)).toContain('no-such-program-anywhere');
    });

    test('8: a hundred tasks at once all end with their own code and log', async () => {
      const tasks = await Promise.all(Array.from({ length: 100 }, (_, index) => run(`echo ${index}; exit ${index}`)));
      const outcomes = await Promise.all(tasks.map((task) => task.ended));
      expect(outcomes.map((outcome) => outcome.exitCode)).toEqual(Array.from({ length: 100 }, (_, index) => index));
      expect(await Promise.all(tasks.map((task) => textOf(task)))).toEqual(Array.from({ length: 100 }, (_, index) => `${index}\n`));
    });
  });
}

function environment(): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '/usr/bin:/bin' };
}

/** The whole log; waits for the end of the task. */
export async function textOf(task: RunningTask, from = 0): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of task.log({ from })) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

/** Waits until the log holds `text`. */
export async function logHas(task: RunningTask, text: string): Promise<void> {
  let seen = '';
  for await (const piece of task.log()) {
    seen += Buffer.from(piece).toString();
    if (seen.includes(text)) return;
  }
  throw new Error(`the log ended without ${JSON.stringify(text)}: ${JSON.stringify(seen)}`);
}

export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** Whether the process lives; one that only waits for init to collect it does not. */
export async function living(pid: string): Promise<boolean> {
  if (!/^\d+$/.test(pid)) throw new Error(`not a pid: ${JSON.stringify(pid)}`);
  try {
    process.kill(Number(pid), 0);
  } catch {
    return false;
  }
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return !/^State:\s+[ZX]/m.test(status);
}
