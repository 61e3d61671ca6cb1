import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runsIn, writeRunEntry } from './folder-store.ts';
import type { ObjectStore } from './object-store.ts';
import type { TransferContext } from './transfer.ts';

/** Copies the entries of the run cache that the remote lacks. Their names are hashes of their content, so none is ever out of date. */
export async function pushRunCache(context: TransferContext, store: ObjectStore): Promise<number> {
  const folder = join(context.cacheDir, 'runs');
  const local = runsIn(folder);
  if (local.length === 0) return 0;
  const there = new Set(await store.runs(context.signal));
  const lacking = local.filter((name) => !there.has(name));
  for (const name of lacking) {
    context.signal.throwIfAborted();
    await store.writeRun(name, readFileSync(join(folder, name)));
  }
  return lacking.length;
}

/** Copies the entries of the remote's run cache that are not here. */
export async function fetchRunCache(context: TransferContext, store: ObjectStore): Promise<number> {
  const folder = join(context.cacheDir, 'runs');
  const here = new Set(runsIn(folder));
  let fetched = 0;
  for (const name of await store.runs(context.signal)) {
    context.signal.throwIfAborted();
    if (here.has(name)) continue;
    const content = await store.readRun(name);
    if (content === undefined) continue;
    writeRunEntry(folder, name, content);
    fetched += 1;
  }
  return fetched;
}
