import { createHash, randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { BlobPage, BlobRead, Blobs, ListOptions } from './port.ts';

export interface BlobsFixture {
  readonly blobs: Blobs;
  /** Everything that the store holds, put there or left over: keys and whatever is not whole. */
  readonly residue: () => Promise<readonly string[]>;
  readonly dispose: () => Promise<void>;
}

/** The contract of `port.ts` as tests; each runs on an empty store. */
export function blobsConformance(name: string, open: () => Promise<BlobsFixture>): void {
  describe(`blobs on ${name}`, () => {
    let fixture: BlobsFixture;
    let blobs: Blobs;
    beforeEach(async () => {
      fixture = await open();
      blobs = fixture.blobs;
    });
    afterEach(() => fixture.dispose());

    reading(() => blobs);
    writing(() => fixture);
    aborting(() => fixture);
    describe('listing', () => listing(() => blobs));
    deleting(() => fixture);
    keys(() => fixture);
  });
}

function reading(store: () => Blobs): void {
  test('get gives the bytes that were put, also none and unusual names', async () => {
    for (const key of ['a', 'deep/er/ü name #?%20+&.bin', 'empty']) {
      const bytes = key === 'empty' ? Buffer.alloc(0) : randomBytes(3000);
      expect(await store().put(key, bytes)).toMatchObject({ sizeBytes: bytes.length, written: true });
      const read = await present(store(), key);
      expect(read.sizeBytes).toBe(bytes.length);
      expect(await buffer(read.stream)).toEqual(bytes);
      expect(await store().stat(key)).toMatchObject({ sizeBytes: bytes.length });
    }
  });

  test('get and stat of what is absent give undefined', async () => {
    await store().put('a/b', Buffer.from('x'));
    for (const key of ['nothing', 'a', 'a/c', 'b/c/d']) {
      expect(await store().get(key)).toBeUndefined();
      expect(await store().stat(key)).toBeUndefined();
    }
  });

  test('get reads ranges as HTTP counts them', async () => {
    await store().put('r', Buffer.from('0123456789'));
    const cases = [
      [{ first: 0, last: 3 }, '0123'],
      [{ first: 4 }, '456789'],
      [{ first: 9, last: 9 }, '9'],
      [{ first: 8, last: 500 }, '89'],
    ] as const;
    for (const [range, want] of cases) {
      const read = (await store().get('r', { range }))!;
      expect([read.sizeBytes, read.lengthBytes]).toEqual([10, want.length]);
      expect((await buffer(read.stream)).toString()).toBe(want);
    }
    await expect(store().get('r', { range: { first: 10 } })).rejects.toMatchObject({ code: 'INVALID_PARAMETER_VALUE' });
  });

  test('a reader sees the old bytes or the new, never a mixture', async () => {
    const old = Buffer.alloc(600_000, 'o');
    const fresh = Buffer.alloc(700_000, 'n');
    await store().put('k', old);
    const reads = Array.from({ length: 8 }, async () => buffer((await present(store(), 'k')).stream));
    await store().put('k', fresh);
    for (const bytes of await Promise.all(reads)) expect([old, fresh].some((one) => one.equals(bytes))).toBe(true);
    expect(await buffer((await present(store(), 'k')).stream)).toEqual(fresh);
  });
}

function writing(fixture: () => BlobsFixture): void {
  test('a stream of many megabytes goes in and comes out whole', async () => {
    const { blobs } = fixture();
    const sum = createHash('sha256');
    const chunks = Array.from({ length: 37 }, () => randomBytes(700_001));
    for (const chunk of chunks) sum.update(chunk);
    const sizeBytes = 37 * 700_001;
    expect(await blobs.put('big', each(chunks), { expectedSizeBytes: sizeBytes })).toMatchObject({ sizeBytes, written: true });
    const back = createHash('sha256');
    for await (const chunk of (await present(blobs, 'big')).stream) back.update(chunk as Buffer);
    expect(back.digest('hex')).toBe(sum.digest('hex'));
  });

  test('with ifAbsent one of many writers wins and the others are told', async () => {
    const { blobs } = fixture();
    const results = await Promise.all(
      Array.from({ length: 10 }, (_, index) => blobs.put('one', Buffer.from(`${index}`), { ifAbsent: true })),
    );
    const winners = results.flatMap((result, index) => (result.written ? [`${index}`] : []));
    expect(winners).toHaveLength(1);
    expect((await buffer((await present(blobs, 'one')).stream)).toString()).toBe(winners[0]);
    expect(await blobs.put('one', Buffer.from('late'), { ifAbsent: true })).toEqual({ sizeBytes: 0, written: false });
  });

  for (const megabytes of [0, 30]) {
    test(`a source that fails after ${megabytes} MB leaves the blob before it and nothing else`, async () => {
      const { blobs, residue } = fixture();
      await blobs.put('kept/k', Buffer.from('before'));
      const failing = failingAfter(megabytes, new Error('the disk of the sender broke'));
      await expect(blobs.put('kept/k', failing)).rejects.toThrow('the disk of the sender broke');
      await expect(blobs.put('new/k', failingAfter(megabytes, new Error('again')))).rejects.toThrow('again');
      expect((await buffer((await present(blobs, 'kept/k')).stream)).toString()).toBe('before');
      expect(await residue()).toEqual(['kept/k']);
    });

    test(`an abort after ${megabytes} MB leaves nothing`, async () => {
      const { blobs, residue } = fixture();
      const controller = new AbortController();
      const source = failingAfter(megabytes, undefined, () => controller.abort());
      await expect(blobs.put('k', source, { signal: controller.signal })).rejects.toMatchObject({ name: 'AbortError' });
      expect(await residue()).toEqual([]);
    });
  }

  test('a size other than the announced one is refused, too short and too long', async () => {
    const { blobs, residue } = fixture();
    for (const expectedSizeBytes of [4, 6]) {
      const refused = blobs.put('k', Buffer.from('12345'), { expectedSizeBytes });
      await expect(refused).rejects.toMatchObject({ code: 'INVALID_PARAMETER_VALUE' });
    }
    const big = Array.from({ length: 20 }, () => Buffer.alloc(1_000_000));
    await expect(blobs.put('k', each(big), { expectedSizeBytes: 20_000_001 })).rejects.toMatchObject({ code: 'INVALID_PARAMETER_VALUE' });
    expect(await residue()).toEqual([]);
  });

  test('copy gives the same bytes under another name', async () => {
    const { blobs } = fixture();
    const bytes = randomBytes(100_000);
    await blobs.put('from/a b', bytes);
    await blobs.put('to/c', Buffer.from('old'));
    await blobs.copy('from/a b', 'to/c');
    expect(await buffer((await present(blobs, 'to/c')).stream)).toEqual(bytes);
    await expect(blobs.copy('nothing', 'to/d')).rejects.toMatchObject({ code: 'RESOURCE_DOES_NOT_EXIST' });
  });
}

function aborting(fixture: () => BlobsFixture): void {
  test('an abort ends a put whose source is silent, and one that had not begun', async () => {
    const { blobs, residue } = fixture();
    const controller = new AbortController();
    const silent = (async function* wait() {
      yield Buffer.from('x');
      controller.abort();
      await new Promise(() => undefined);
    })();
    for (const source of [silent, Buffer.from('x')]) {
      await expect(blobs.put('k', source, { signal: controller.signal })).rejects.toMatchObject({ name: 'AbortError' });
    }
    expect(await residue()).toEqual([]);
  });
}

function listing(store: () => Blobs): void {
  const all = ['Z', 'a', 'b-c', 'b/1', 'b/2/x', 'b/2/y', 'b/3', 'b0', 'c', 'é', '\uff5e', '\u{1f600}'];
  beforeEach(async () => {
    for (const key of all) await store().put(key, Buffer.from(key));
  });

  test('list gives every key once, whatever the size of the page', async () => {
    for (const limit of [1, 2, 5, 1000]) {
      const pages = await allPages(store(), '', { limit });
      expect(pages.every((page) => page.blobs.length <= limit)).toBe(true);
      expect(pages.flatMap((page) => page.blobs.map((blob) => blob.key)).toSorted()).toEqual(all.toSorted());
    }
    expect((await store().list('a')).blobs).toMatchObject([{ key: 'a', sizeBytes: 1 }]);
  });

  test('list takes any start of a key', async () => {
    const found = async (prefix: string) => (await store().list(prefix)).blobs.map((blob) => blob.key).toSorted();
    expect(await found('b')).toEqual(['b-c', 'b/1', 'b/2/x', 'b/2/y', 'b/3', 'b0']);
    expect(await found('b/2')).toEqual(['b/2/x', 'b/2/y']);
    expect(await found('b/2/')).toEqual(['b/2/x', 'b/2/y']);
    expect(await found('b/2/x')).toEqual(['b/2/x']);
    expect(await found('nothing/here')).toEqual([]);
  });

  test('list with a delimiter shows one level, paged too', async () => {
    for (const limit of [1, 2, 1000]) {
      const pages = await allPages(store(), 'b/', { delimiter: '/', limit });
      expect(pages.flatMap((page) => page.blobs.map((blob) => blob.key))).toEqual(['b/1', 'b/3']);
      expect(pages.flatMap((page) => page.prefixes)).toEqual(['b/2/']);
    }
    expect((await store().list('', { delimiter: '/' })).prefixes).toEqual(['b/']);
    expect((await store().list('b', { delimiter: '/' })).prefixes).toEqual(['b/']);
  });

  test('a page of an impossible size is refused', async () => {
    for (const limit of [0, 1001, 1.5])
      await expect(store().list('', { limit })).rejects.toMatchObject({ code: 'INVALID_PARAMETER_VALUE' });
  });
}

function deleting(fixture: () => BlobsFixture): void {
  test('delete removes one, deletePrefix all below; both succeed where nothing is', async () => {
    const { blobs, residue } = fixture();
    for (const key of ['a/1', 'a/2', 'a/b/3', 'ab', 'c']) await blobs.put(key, Buffer.from('x'));
    await blobs.delete('a/1');
    await blobs.delete('a/1');
    await blobs.delete('nothing/at/all');
    expect(await blobs.deletePrefix('nothing/')).toBe(0);
    expect(await blobs.deletePrefix('a/')).toBe(2);
    expect(await residue()).toEqual(['ab', 'c']);
    await expect(blobs.deletePrefix('a')).rejects.toMatchObject({ code: 'INVALID_PARAMETER_VALUE' });
    await expect(blobs.deletePrefix('')).rejects.toMatchObject({ code: 'INVALID_PARAMETER_VALUE' });
  });
}

function keys(fixture: () => BlobsFixture): void {
  test('keys that could reach outside of the root are refused everywhere', async () => {
    const { blobs, residue } = fixture();
    await blobs.put('ok', Buffer.from('x'));
    for (const key of [
      '',
      '..',
      '../x',
      'a/../../x',
      '/etc/passwd',
      'a//b',
      'a/',
      './a',
      'a/.',
      'a\\..\\b',
      'a\0b',
      'a\nb',
      'x'.repeat(256),
      'a/'.repeat(600) + 'b',
      '\ud800',
      '.tmp/x',
    ]) {
      const refused = { code: 'INVALID_PARAMETER_VALUE' };
      await expect(blobs.put(key, Buffer.from('x')), key).rejects.toMatchObject(refused);
      await expect(blobs.get(key), key).rejects.toMatchObject(refused);
      await expect(blobs.stat(key), key).rejects.toMatchObject(refused);
      await expect(blobs.delete(key), key).rejects.toMatchObject(refused);
      await expect(blobs.copy('ok', key), key).rejects.toMatchObject(refused);
    }
    for (const prefix of ['../', '/', 'a/../', './'])
      await expect(blobs.list(prefix)).rejects.toMatchObject({ code: 'INVALID_PARAMETER_VALUE' });
    expect(await residue()).toEqual(['ok']);
  });
}

async function present(blobs: Blobs, key: string): Promise<BlobRead> {
  const read = await blobs.get(key);
  if (read === undefined) throw new Error(`${key} is absent`);
  return read;
}

async function allPages(blobs: Blobs, prefix: string, options: ListOptions): Promise<BlobPage[]> {
  const pages: BlobPage[] = [];
  let cursor: string | undefined;
  do {
    const page = await blobs.list(prefix, { ...options, ...(cursor === undefined ? {} : { cursor }) });
    pages.push(page);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return pages;
}

async function* each(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

async function* failingAfter(
  megabytes: number,
  error: Error | undefined,
  before: () => void = () => undefined,
): AsyncGenerator<Uint8Array> {
  for (let count = 0; count < megabytes; count += 1) yield Buffer.alloc(1_000_000);
  before();
  if (error !== undefined) throw error;
  yield Buffer.from('more');
}
