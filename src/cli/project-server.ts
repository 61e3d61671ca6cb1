import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { MillwrightError } from '../errors.ts';
import { runtimeFile } from '../runtime-files.ts';
import type { Io } from './command.ts';
import { nearestFolderWith, serverOfState, type ServerAddress } from './server-address.ts';

const patienceMs = 30_000;

/**
 * The server of a remote command: `MILLWRIGHT_URL`, else the owner of `.millwright/` in the nearest parent folder, started
 * where a server has been there and none lives, else the living owner of the user's data directory.
 * Another server than the project's would answer about other runs and models.
 * @throws NO_SERVER where none lives
 */
export async function requireServer(io: Io): Promise<ServerAddress> {
  if (io.config.serverUrl !== undefined) return { url: io.config.serverUrl, token: io.config.token };
  const project = nearestFolderWith('.millwright', io.cwd);
  if (project !== undefined && existsSync(join(project, '.millwright', 'lock'))) return serverOfProject(project, io);
  const ofUser = await serverOfState(io.config.userDataDir, io.config);
  if (ofUser !== undefined) return ofUser;
  throw new MillwrightError(
    'NO_SERVER',
    'no Millwright server is running here: start one with `millwright up`, or set MILLWRIGHT_URL (and MILLWRIGHT_TOKEN)',
  );
}

/**
 * The living owner of `<root>/.millwright`, started where none lives: `up --port 0 --idle-exit 30s`, detached, so that it
 * outlives this command while somebody still asks it something.
 */
export async function serverOfProject(root: string, io: Io): Promise<ServerAddress> {
  const directory = join(root, '.millwright');
  const living = await serverOfState(directory, io.config);
  if (living !== undefined) return living;
  const args = [runtimeFile('bin.js'), 'up', '--port', '0', '--state', directory, '--idle-exit', '30s'];
  const child = spawn(process.execPath, args, {
    cwd: root,
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...io.config.env },
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-4000)));
  let exited = false;
  child.once('exit', () => (exited = true));
  try {
    for (const until = Date.now() + patienceMs; Date.now() < until; await new Promise((resolve) => setTimeout(resolve, 50))) {
      io.signal.throwIfAborted();
      const started = await serverOfState(directory, io.config);
      if (started !== undefined) return started;
      // It ended because another command's server was faster: that one is asked for next.
      if (exited && !said.includes('belongs to'))
        throw new MillwrightError('NO_SERVER', `the server of this project did not start: ${said.trim()}`);
    }
    throw new MillwrightError(
      'NO_SERVER',
      `the server of this project was not ready after ${patienceMs / 1000} s: start one with \`millwright up\``,
    );
  } finally {
    child.stderr.destroy();
    child.unref();
  }
}
