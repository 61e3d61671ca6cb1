import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errnoOf } from '../errors.ts';

/** Makes `folder` and its missing parents so that they survive power loss: a new entry is durable once its parent is synced. */
export async function makeFolderDurably(folder: string): Promise<void> {
  if ((await makeOne(folder)) === 'no parent') {
    await makeFolderDurably(dirname(folder));
    // Another process may have removed the parent; below /proc no folder can be made though the parent is there.
    if ((await makeOne(folder)) === 'no parent') await mkdir(folder);
  }
  await syncFolder(dirname(folder));
}

async function makeOne(folder: string): Promise<'there' | 'no parent'> {
  try {
    await mkdir(folder);
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'ENOENT') return 'no parent';
    if (errno !== 'EEXIST') throw error;
  }
  return 'there';
}

export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}
