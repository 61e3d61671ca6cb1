import { execFile } from 'node:child_process';
import { cleanEnvironment, launcher } from './server.ts';

export interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command of the built program in `home`, with nothing of this user's settings. Does not block: a server may live in this process. */
export function millwright(home: string, env: Readonly<Record<string, string>>, ...words: readonly string[]): Promise<Ended> {
  const options = { cwd: home, env: { ...cleanEnvironment(), HOME: home, XDG_DATA_HOME: home, XDG_CACHE_HOME: home, ...env } };
  return new Promise((resolve, reject) => {
    execFile(launcher, words, { ...options, encoding: 'utf8' }, (error, stdout, stderr) => {
      const status = error === null ? 0 : error.code;
      if (typeof status === 'number') resolve({ status, stdout, stderr });
      else reject(error!);
    });
  });
}
