import { spawn } from 'node:child_process';
import { errnoOf } from '../../errors.ts';

export interface RunResult {
  /** 127 where the program is not there. */
  readonly exitCode: number;
  readonly stdout: string;
  /** Standard output and error together, the last 64 KiB. */
  readonly tail: string;
}

interface RunOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal | undefined;
  readonly cwd?: string;
  readonly onLog?: (text: string) => void;
}

const tailLength = 64 * 1024;

/** Runs a program to its end and collects what it says. An abort ends its whole process group and rejects. */
export async function run(command: readonly string[], options: RunOptions): Promise<RunResult> {
  options.signal?.throwIfAborted();
  const [program, ...words] = command;
  const child = spawn(program!, words, {
    cwd: options.cwd,
    env: definedOnly(options.env),
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stop = (): void => {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  };
  options.signal?.addEventListener('abort', stop);
  let [stdout, tail] = ['', ''];
  const hear = (text: string): void => {
    tail = (tail + text).slice(-tailLength);
    options.onLog?.(text);
  };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    hear(text);
  });
  child.stderr.setEncoding('utf8').on('data', hear);
  try {
    const exitCode = await new Promise<number>((resolve, reject) => {
      child.on('error', (error) => (isMissing(error) ? resolve(127) : reject(error)));
      child.on('close', (code) => resolve(code ?? 137));
    });
    options.signal?.throwIfAborted();
    return { exitCode, stdout, tail };
  } finally {
    options.signal?.removeEventListener('abort', stop);
  }
}

function isMissing(error: Error): boolean {
  return errnoOf(error) === 'ENOENT' || errnoOf(error) === 'EACCES';
}

function definedOnly(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
