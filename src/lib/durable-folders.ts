import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errnoOf } from '../errors.ts';

/** Makes `folder` and its missing parents so that they survive power loss: a new entry is durable once its parent is synced. */
export async function makeFolderDurably(folder: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'EEXIST') return;
    if (errno !== 'ENOENT') throw error;
    await makeFolderDurably(dirname(folder));
    await makeFolderDurably(folder);
    return;
  }
  await syncFolder(dirname(folder));
}

export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}
