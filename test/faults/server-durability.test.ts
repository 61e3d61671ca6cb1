/** Traces the server's system calls: an answer leaves only after the disk has what it acknowledges. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bearer, send } from '../support/http.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

const without = whyNoTrace();
if (without !== undefined) console.log(`the durability trace is left out: ${without}`);

function whyNoTrace(): string | undefined {
  if (process.platform !== 'linux') return `strace needs Linux, this is ${process.platform}`;
  const { status, error, stderr } = spawnSync('strace', ['-o', '/dev/null', 'true'], { encoding: 'utf8' });
  if (error !== undefined) return 'strace is not installed: run tools/setup-tests.sh, or install the package strace';
  return status === 0 ? undefined : `strace may not trace here: ${stderr.trim()}`;
}

interface SystemCall {
  readonly name: string;
  readonly text: string;
}

if (without === undefined) {
  let folder: string;
  let server: TestServer;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millwright-trace-'));
    server = await startTestServer();
  });
  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** The system calls of the server while `act` runs, in the order in which they ended. */
  const traced = async (act: () => Promise<unknown>): Promise<SystemCall[]> => {
    const file = join(folder, 'trace');
    const calls = 'trace=fsync,fdatasync,rename,renameat,renameat2,write,writev,sendto,sendmsg,link,linkat';
    const strace = spawn('strace', ['-f', '-y', '-s', '64', '-e', calls, '-o', file, '-p', `${server.pid}`], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    await new Promise<void>((resolve, reject) => {
      strace.stderr.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        if (/attached/.test(said)) resolve();
      });
      strace.once('exit', () => reject(new Error(`strace ended: ${said}`)));
    });
    await act();
    const ended = new Promise<void>((resolve) => strace.once('exit', () => resolve()));
    strace.kill('SIGINT');
    await ended;
    return parse(await readFile(file, 'utf8'));
  };

  test('a write is answered after fdatasync of the write-ahead log', async () => {
    const calls = await traced(async () => {
      for (const name of ['first', 'second', 'third']) {
        const headers = { ...bearer(server.token), 'content-type': 'application/json' };
        const { status } = await send(server.url, {
          method: 'POST',
          path: '/api/2.0/mlflow/experiments/create',
          headers,
          body: JSON.stringify({ name }),
        });
        expect(status).toBe(200);
      }
    });
    const order = calls.flatMap((call) => (isSyncOf(call, 'millwright.db-wal') ? ['sync'] : isAnswer(call) ? ['answer'] : []));
    expect(order.filter((step) => step === 'answer')).toHaveLength(3);
    // Each answer has a sync of its own before it: the clients wait for one another.
    expect(order.join(' ')).toMatch(/^(sync )+answer (sync )+answer (sync )+answer( sync)*$/);
  });

  test('an artifact is answered after fsync of the file, its rename, and fsync of the folder, in this order', async () => {
    const body = Buffer.alloc(300_000, 'artifact');
    const headers = { ...bearer(server.token), 'content-type': 'application/json' };
    const made = await send(server.url, { method: 'POST', path: '/api/2.0/mlflow/runs/create', headers, body: '{"experiment_id":"0"}' });
    const { run_id } = (JSON.parse(made.text) as { run: { info: { run_id: string } } }).run.info;
    const calls = await traced(async () => {
      const path = `/api/2.0/mlflow-artifacts/artifacts/0/${run_id}/artifacts/model.bin`;
      const { status } = await send(server.url, { method: 'PUT', path, headers: bearer(server.token), body });
      expect(status).toBe(200);
    });
    const renamed = calls.findIndex((call) => call.name.startsWith('rename') && call.text.includes('model.bin'));
    expect(renamed).toBeGreaterThan(-1);
    const isSync = ({ name }: SystemCall): boolean => name === 'fsync' || name === 'fdatasync';
    const file = calls.slice(0, renamed).findLastIndex((call) => isSync(call) && call.text.includes('/artifacts/.tmp/'));
    const folderSync = calls.findIndex(
      (call, index) => index > renamed && call.name === 'fsync' && call.text.includes(`${run_id}/artifacts>`),
    );
    const answer = calls.findIndex((call) => isAnswer(call));
    expect([file, renamed, folderSync, answer].every((index) => index >= 0)).toBe(true);
    expect([file, renamed, folderSync, answer]).toEqual([file, renamed, folderSync, answer].toSorted((a, b) => a - b));
  });
}

const isSyncOf = ({ name, text }: SystemCall, file: string): boolean => (name === 'fdatasync' || name === 'fsync') && text.includes(file);
const isAnswer = ({ name, text }: SystemCall): boolean => /^(write|writev|sendto|sendmsg)$/.test(name) && text.includes('HTTP/1.1 200');

/** `pid name(…) = result`; a call that another thread interrupted stands where it was resumed, with the arguments it began with. */
function parse(text: string): SystemCall[] {
  const unfinished = new Map<string, string>();
  const calls: SystemCall[] = [];
  for (const line of text.split('\n')) {
    const begun = /^(\d+)\s+(\w+\(.*) <unfinished \.\.\.>$/.exec(line);
    if (begun !== null) {
      unfinished.set(begun[1]!, begun[2]!);
      // An answer counts from when it begins, a sync from when it has ended.
      if (/^(write|send)/.test(begun[2]!)) calls.push({ name: begun[2]!.split('(')[0]!, text: begun[2]! });
      continue;
    }
    const resumed = /^(\d+)\s+<\.\.\. (\w+) resumed>/.exec(line);
    if (resumed !== null) {
      if (!/^(write|send)/.test(resumed[2]!)) calls.push({ name: resumed[2]!, text: unfinished.get(resumed[1]!) ?? '' });
      continue;
    }
    const whole = /^\d+\s+(\w+)\((.*)$/.exec(line);
    if (whole !== null) calls.push({ name: whole[1]!, text: whole[2]! });
  }
  return calls;
}
