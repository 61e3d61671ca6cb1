import { createHash } from 'node:crypto';
import type { Scope } from '../access/index.ts';
import type { Blobs } from '../backends/blobs/port.ts';
import { encodeTree, type TreeFile } from '../formats/dvc/tree.ts';
import { artifactKey } from '../tracking/index.ts';

/**
 * The md5 of DVC's `.dir` over every file below an artifact folder, read from the store: what DVC gives the same folder
 * as a stage's output. Undefined where the folder holds nothing.
 */
export async function digestFolder(blobs: Pick<Blobs, 'list' | 'get'>, scope: Scope, path: string): Promise<string | undefined> {
  const root = `${artifactKey(scope, path)}/`;
  const files: TreeFile[] = [];
  let cursor: string | undefined;
  do {
    const page = await blobs.list(root, cursor === undefined ? {} : { cursor });
    for (const { key } of page.blobs) files.push({ relpath: key.slice(root.length), md5: await md5OfBlob(blobs, key) });
    cursor = page.cursor;
  } while (cursor !== undefined);
  if (files.length === 0) return undefined;
  return createHash('md5').update(encodeTree(files)).digest('hex');
}

async function md5OfBlob(blobs: Pick<Blobs, 'list' | 'get'>, key: string): Promise<string> {
  const hash = createHash('md5');
  const blob = await blobs.get(key);
  if (blob === undefined) return hash.digest('hex');
  for await (const chunk of blob.stream as AsyncIterable<Buffer>) hash.update(chunk);
  return hash.digest('hex');
}
