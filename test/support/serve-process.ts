/** `millwright serve` as users start it, on a free loopback port. */
import { execFile, spawn } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { linkEnvironment } from './ready-environment.ts';
import { cleanEnvironment, launcher } from './server.ts';
import { testProgram } from './test-env.ts';

export interface ServeProcess {
  readonly pid: number;
  /** What it has written so far. */
  stdout(): string;
  stderr(): string;
  /** Resolves with the first match in what it writes on stdout and stderr; fails where it ends without. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
  /** The address, once it listens. */
  listening(): Promise<string>;
  /** The address, once the model answers. */
  ready(): Promise<string>;
  kill(signal: NodeJS.Signals): void;
  /** Exit code, or the signal's name. */
  readonly ended: Promise<number | string>;
}

export interface ServeOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A home without anybody's settings, models in `models/`: `line model` (ONNX) and `waiting` (Python, its environment built). */
export async function homeWithModels(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'millwright-serve-test-'));
  await promisify(execFile)(testProgram('python'), [join(import.meta.dirname, 'served_models.py'), join(home, 'models')]);
  await linkEnvironment(home, join(home, 'models/waiting'), environmentOf(home));
  return home;
}

function environmentOf(home: string): Record<string, string> {
  const path = `${dirname(testProgram('python'))}:${process.env['PATH'] ?? ''}`;
  return { ...cleanEnvironment(), PATH: path, HOME: home, XDG_DATA_HOME: home, XDG_CACHE_HOME: home };
}

/** @param home what `homeWithModels` made */
export function startServe(home: string, words: readonly string[], options: ServeOptions): ServeProcess {
  return startMillwright(home, ['serve', ...words], options);
}

/** A command that goes on until it is told to end, with nothing of this user's settings. */
export function startMillwright(home: string, words: readonly string[], options: ServeOptions): ServeProcess {
  const child = spawn(launcher, words, {
    cwd: options.cwd,
    env: { ...environmentOf(home), ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const endWithUs = (): void => void child.kill('SIGKILL');
  process.once('exit', endWithUs);
  let stdout = '';
  let stderr = '';
  let told = (): void => undefined;
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
    told();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
    told();
  });
  let result: number | string | undefined;
  const ended = new Promise<number | string>((resolve) =>
    child.once('close', (code, signal) => {
      process.off('exit', endWithUs);
      result = code ?? signal ?? -1;
      told();
      resolve(result);
    }),
  );
  const says = async (pattern: RegExp): Promise<RegExpExecArray> => {
    for (;;) {
      const match = pattern.exec(`${stderr}\n${stdout}`);
      if (match !== null) return match;
      if (result !== undefined) throw new Error(`it ended with ${result} and never said ${pattern}:\n${stdout}\n${stderr}`);
      await new Promise<void>((resolve) => {
        const before = told;
        told = () => {
          before();
          resolve();
        };
      });
    }
  };
  return {
    pid: child.pid!,
    stdout: () => stdout,
    stderr: () => stderr,
    says,
    listening: async () => (await says(/Listening on (\S+);/))[1]!,
    ready: async () => (await says(/answers at (\S+)\n|"url":"([^"]+)"/)).slice(1).find((url) => url !== undefined)!,
    kill: (signal) => void child.kill(signal),
    ended,
  };
}
