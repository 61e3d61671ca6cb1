import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Config } from '../config.ts';
import { readOwnerToken, readServerFile } from '../state-directory.ts';
import type { Io } from './command.ts';

export interface ServerAddress {
  readonly url: string;
  readonly token: string | undefined;
}

/** The nearest folder, from the working directory upwards, that `holds` is in; undefined where none is. */
export function nearestFolderWith(name: string, from: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, name))) return folder;
    if (folder === dirname(folder)) return undefined;
  }
}

/** `.millwright/` of the project that the working directory is in, else the user's data directory. */
export function defaultStateDirectory(io: Io): string {
  const project =
    nearestFolderWith('.millwright', io.cwd) ?? nearestFolderWith('millwright.yaml', io.cwd) ?? nearestFolderWith('.dvc', io.cwd);
  return project === undefined ? io.config.userDataDir : join(project, '.millwright');
}

/** The living owner of a state directory; undefined where none answers. */
export async function serverOfState(directory: string, config: Config): Promise<ServerAddress | undefined> {
  const server = readServerFile(directory);
  if (server === undefined || !(await isAlive(server.url))) return undefined;
  return { url: server.url, token: config.token ?? readOwnerToken(directory) };
}

async function isAlive(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/health`, { signal: AbortSignal.timeout(2_000) });
    return response.ok;
  } catch (error) {
    if (error instanceof TypeError || (error instanceof DOMException && error.name === 'TimeoutError')) return false;
    throw error;
  }
}
