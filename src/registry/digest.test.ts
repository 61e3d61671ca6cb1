import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import type { BlobPage, Blobs } from '../backends/blobs/port.ts';
import { digestFolder } from './digest.ts';

/** A store of these blobs that lists one a page. */
function storeOf(contents: Readonly<Record<string, string>>): Pick<Blobs, 'list' | 'get'> {
  return {
    async list(prefix, options): Promise<BlobPage> {
      const keys = Object.keys(contents).filter((key) => key.startsWith(prefix));
      const at = Number(options?.cursor ?? 0);
      const blobs = keys.slice(at, at + 1).map((key) => ({ key, sizeBytes: contents[key]!.length, modifiedMs: 0 }));
      return { blobs, prefixes: [], ...(at + 1 < keys.length ? { cursor: String(at + 1) } : {}) };
    },
    async get(key) {
      const text = contents[key];
      if (text === undefined) return undefined;
      return { stream: Readable.from([Buffer.from(text)]), sizeBytes: text.length, lengthBytes: text.length, modifiedMs: 0 };
    },
  };
}

test("the digest of a folder is what DVC calls it: md5 of the folder's .dir", async () => {
  const store = storeOf({
    '1/artifacts/r/model/sub/b.txt': 'b',
    '1/artifacts/r/model/a.txt': 'a',
    '1/artifacts/r/model-2/a.txt': 'x',
  });
  // `dvc add` of a folder with a.txt and sub/b.txt of these bytes writes this hash, with .dir behind it.
  expect(await digestFolder(store, { workspaceId: 1 }, 'r/model')).toBe('90d9fe10b4a0cddaefbe4549457984d9');
});

test('a folder without files has no digest', async () => {
  expect(await digestFolder(storeOf({}), { workspaceId: 1 }, 'r/model')).toBeUndefined();
});
