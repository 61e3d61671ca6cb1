import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { decompress } from './content-encoding.ts';

const text = Buffer.from('{"inputs": [1, 2, 3]}');

test.each([
  ['gzip', gzipSync(text)],
  ['GZIP', gzipSync(text)],
  ['x-gzip', gzipSync(text)],
  ['deflate', deflateSync(text)],
  ['br', brotliCompressSync(text)],
  ['zstd', zstdCompressSync(text)],
  ['identity', text],
  [undefined, text],
])('a body of the encoding %s is read', async (encoding, body) => {
  expect(Buffer.from(await decompress(body, encoding, 64)).toString()).toBe(text.toString());
});

test('a small body that holds a large one is refused before it is whole', async () => {
  const body = gzipSync(Buffer.alloc(1 << 20));
  expect(body.length).toBeLessThan(2000);
  await expect(decompress(body, 'gzip', 65_536)).rejects.toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
});

test.each([
  ['gzip', gzipSync(text).subarray(0, 20), 'BAD_REQUEST'],
  ['gzip', text, 'BAD_REQUEST'],
  ['br', text, 'BAD_REQUEST'],
  ['zstd', text, 'BAD_REQUEST'],
  ['gzip, gzip', text, 'UNSUPPORTED_MEDIA_TYPE'],
  ['snappy', text, 'UNSUPPORTED_MEDIA_TYPE'],
])('%s that is cut, is none, or is not known is refused', async (encoding, body, code) => {
  await expect(decompress(body, encoding, 64)).rejects.toMatchObject({ code });
});
