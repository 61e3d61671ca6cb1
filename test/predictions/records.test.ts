/** Inference records as a whole: log, Parquet, SQL and search, on a folder with SQLite and on S3 with PostgreSQL. */
import { appendFileSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { filesystemBlobs } from '../../src/backends/blobs/filesystem.ts';
import type { Blobs } from '../../src/backends/blobs/port.ts';
import { s3Blobs } from '../../src/backends/blobs/s3.ts';
import { openSegmentFile } from '../../src/backends/columns/segment-file.ts';
import { openPostgres } from '../../src/backends/db/postgres.ts';
import { migrations } from '../../src/migrations/index.ts';
import type { Records } from '../../src/predictions/index.ts';
import { startPostgres, type Postgres } from '../support/postgres.ts';
import { startSeaweedFs, type SeaweedFs } from '../support/seaweedfs.ts';
import { newFolder, openTestRecords, record, times } from './harness.ts';

const scope = { workspaceId: 1 };

async function allIds(records: Records, limit = 50): Promise<string[]> {
  const ids: string[] = [];
  for (let cursor: string | undefined, first = true; first || cursor !== undefined; first = false) {
    const page = await records.search(scope, { limit, ...(cursor === undefined ? {} : { cursor }) });
    ids.push(...page.items.map(({ requestId, row }) => `${requestId}/${row}`));
    cursor = page.nextCursor;
  }
  return ids;
}

const expected = (indexes: readonly number[]): string[] => indexes.map((index) => `r${String(index).padStart(7, '0')}/0`).toReversed();
const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());

function suite(open: () => Promise<Records>): void {
  let records: Records;
  beforeAll(async () => {
    records = await open();
  });
  afterAll(() => records?.close());

  test('a record is found as soon as it is kept, and once, before and after its segment is sealed', async () => {
    await Promise.all(times(120).map((index) => records.append(record(index))));
    expect(await allIds(records)).toEqual(expected(times(120)));
    await records.seal();
    expect(await allIds(records)).toEqual(expected(times(120)));
    await Promise.all(times(30, 120).map((index) => records.append(record(index))));
    expect(await allIds(records)).toEqual(expected(times(150)));
    const [row] = await records.findRequest(scope, 'r0000007');
    expect(row).toEqual({
      requestId: 'r0000007',
      row: 0,
      endpoint: 'load',
      model: 'forecaster',
      version: '1',
      runId: 'a'.repeat(32),
      at: 1_750_000_000_007,
      latencyMs: 7,
      status: 200,
      protocol: 'oip',
      rows: 1,
      errorCode: null,
      errorMessage: null,
      features: { temperature: 7, city: 'Köln' },
      prediction: 14,
    });
  });

  test('pages stay what they are while records are appended and sealed', async () => {
    const first = await records.search(scope, { limit: 20 });
    await records.append(record(5000));
    await records.seal();
    const second = await records.search(scope, { limit: 20, cursor: first.nextCursor! });
    const ids = [...first.items, ...second.items].map(({ requestId }) => `${requestId}/0`);
    expect(ids).toEqual(expected(times(150)).slice(0, 40));
  });

  test('any feature, the prediction and the text of errors are filters', async () => {
    const found = async (filter: string): Promise<string[]> =>
      (await records.search(scope, { filter, limit: 10 })).items.map(({ requestId }) => requestId);
    expect(await found("features.temperature >= 10 and features.temperature < 13 and features.city = 'Rome'")).toEqual([
      'r0000012',
      'r0000010',
    ]);
    expect(await found('status = 99999999999999999999')).toEqual([]);
    expect(await found('prediction = 6 or (features.city like \'K%\' and latency_ms = 1 and features."temperature" < 50)')).toEqual([
      'r0000003',
      'r0000001',
    ]);
    expect(await found('features.absent = null and prediction = 8')).toEqual(['r0000004']);
    const lists = {
      form: 'tensors' as const,
      rows: 1,
      params: undefined,
      tensors: [
        { name: 'x', datatype: 'FP64' as const, shape: [1, 2, 2], data: Float64Array.of(5, 6, 7, 80) },
        { name: 'lag[1]', datatype: 'FP64' as const, shape: [1], data: Float64Array.of(9) },
      ],
    };
    await records.append(record(5500, { input: lists }));
    for (const filter of ['features.x[1][1] > 10', 'features."x"[0][1] = 6', 'features.lag[1] = 9', 'features."lag[1]" = 9'])
      expect(await found(filter), filter).toEqual(['r0005500']);
    for (const filter of ['features.x[0][1] > 6', 'features.x[2][0] > 0', 'features."x[0]"[0] > 0'])
      expect(await found(filter), filter).toEqual([]);
    for (const filter of [
      'features.x[1] > 70',
      'features.x[0] = 6',
      'features."x"[0] != 7 and features.x != null',
      "features.x[0] = '5' and features.x[0] like '[5%'",
    ])
      expect(await found(filter), filter).toEqual(['r0005500']);
    for (const filter of ['features.x[1] < 7', 'features.x[0] != 6 and features.x != null', "features.x[0] = '7'"])
      expect(await found(filter), filter).toEqual([]);
    const words = { form: 'json' as const, rows: 1, params: undefined, text: '[{"words":["a \\"b\\"",null,"[3]","2"],"none":[]}]' };
    await records.append(record(5600, { input: words }));
    for (const filter of [
      "features.words = 'a \"b\"' and features.words like 'a%'",
      'features.words < 3',
      "features.words != 'c' and features.words != null",
      'features.none != 1 and features.none != null',
    ])
      expect(await found(filter), filter).toEqual(['r0005600']);
    for (const filter of ["features.words != '[3]' and features.words != null", 'features.none > 0', 'features.words > 2'])
      expect(await found(filter), filter).toEqual([]);
    const error = { code: 'MODEL_FAILED', message: 'Division by zero: 100% lost' };
    await records.append(record(6000, { status: 500, error, output: undefined, endpoint: '../a b/ü' }));
    const text = async (words: string) => (await records.search(scope, { text: words, limit: 10 })).items.map(({ requestId }) => requestId);
    expect(await text('ZERO division')).toEqual(['r0006000']);
    expect(await text('100%')).toEqual(['r0006000']);
    expect(await text('1%0')).toEqual([]);
    await records.seal();
    expect(await text('model_failed')).toEqual(['r0006000']);
  });

  test('another workspace finds nothing', async () => {
    const other = { workspaceId: 2 };
    expect(await records.search(other, { limit: 10 })).toEqual({ items: [] });
    expect(await records.findRequest(other, 'r0000007')).toEqual([]);
    expect(await records.countPredictionsOfVersions(other, [{ name: 'forecaster', version: '1' }])).toEqual([]);
  });

  test('predictions are counted by version over sealed files and open segments, and traffic by bucket', async () => {
    const model = { name: 'forecaster', version: '2', runId: undefined };
    await records.append(record(7000, { model }, 3));
    await records.seal();
    await records.append(record(7001, { model }));
    expect(
      await records.countPredictionsOfVersions(scope, [
        { name: 'forecaster', version: '2' },
        { name: 'forecaster', version: '9' },
      ]),
    ).toEqual([{ model: 'forecaster', version: '2', endpoint: 'load', count: 4, firstAt: 1_750_000_007_000, lastAt: 1_750_000_007_001 }]);
    const traffic = await records.traffic(scope, { endpoint: 'load', from: 1_750_000_000_000, to: 1_750_000_000_100, bucketMs: 100 });
    expect(traffic).toEqual([
      {
        from: 1_750_000_000_000,
        requests: 100,
        clientErrors: 0,
        serverErrors: 0,
        p50Ms: 49.5,
        p95Ms: expect.closeTo(94.05) as unknown,
        p99Ms: expect.closeTo(98.01) as unknown,
      },
    ]);
    expect((await records.findRequest(scope, 'r0007000')).map(({ row, features }) => [row, features?.['temperature']])).toEqual([
      [0, 7000],
      [1, 7000.001],
      [2, 7000.002],
    ]);
  });
}

describe('records on a folder and SQLite', () => {
  suite(() => openTestRecords({ folder: newFolder() }));

  test('a torn tail is cut at opening, and every record before it is there', async () => {
    const folder = newFolder();
    const before = await openTestRecords({ folder });
    await Promise.all(times(10).map((index) => before.append(record(index))));
    await before.close();
    const [segment] = filesBelow(join(folder, 'columns/segments'));
    const whole = statSync(segment!).size;
    appendFileSync(segment!, readFileSync(segment!).subarray(8, 100));
    expect(statSync(segment!).size).toBe(whole + 92);
    const after = await openTestRecords({ folder });
    expect(await allIds(after)).toEqual(expected(times(10)));
    expect(await after.countPredictionsOfVersions(scope, [{ name: 'forecaster', version: '1' }])).toMatchObject([{ count: 10 }]);
    await after.close();
  });

  test('a segment of another version is told of and left as it is', async () => {
    const folder = newFolder();
    const before = await openTestRecords({ folder });
    await before.append(record(1));
    await before.close();
    const [segment] = filesBelow(join(folder, 'columns/segments'));
    const foreign = readFileSync(segment!);
    foreign.write('MWSEG99');
    writeFileSync(segment!, foreign);
    const told: string[] = [];
    const after = await openTestRecords({ folder, told: (message) => told.push(message) });
    expect(told).toEqual(['cannot read a segment of records, which is left as it is']);
    expect(await allIds(after)).toEqual([]);
    await after.seal();
    await after.close();
    expect(readFileSync(segment!)).toEqual(foreign);
  });

  test('a full disk refuses the record, leaves no part of it, and takes records again once there is room', async () => {
    const folder = newFolder();
    let isFull = false;
    const records = await openTestRecords({
      folder,
      async openFile(path) {
        const file = await openSegmentFile(path);
        return {
          ...file,
          async write(buffers, position) {
            if (!isFull) return file.write(buffers, position);
            await file.write([buffers[0]!.subarray(0, 5)], position);
            throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
          },
        };
      },
    });
    await records.append(record(1));
    isFull = true;
    await expect(records.append(record(2))).rejects.toMatchObject({
      code: 'TEMPORARILY_UNAVAILABLE',
      details: { cause: 'DISK_FULL', folder: join(folder, 'columns/segments') },
      message: expect.stringContaining('make room') as unknown,
    });
    isFull = false;
    await records.append(record(3));
    expect(await allIds(records)).toEqual(expected([1, 3]));
    await records.close();
    const again = await openTestRecords({ folder });
    expect(await allIds(again)).toEqual(expected([1, 3]));
    await again.close();
  });

  test('a record that is not required is dropped and counted', async () => {
    const messages: string[] = [];
    const records = await openTestRecords({
      folder: newFolder(),
      told: (message) => messages.push(message),
      settings: { sample: 1, mask: {}, required: false },
      openFile: () => Promise.reject(Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' })),
    });
    await records.append(record(1));
    await records.append(record(2));
    expect(records.lost(scope, 'load')).toBe(2);
    expect(records.lost(scope, 'other')).toBe(0);
    expect(messages).toEqual(['predictions are answered whose records cannot be kept']);
    await records.close();
  });

  test('what is older than its endpoint keeps is removed to the last byte, also where a crash came between', async () => {
    const folder = newFolder();
    const now = Date.now();
    const told: string[] = [];
    let isDown: string | undefined = 'load';
    const down = (blobs: Blobs): Blobs => ({
      ...blobs,
      put: (key, source, options) => blobs.put(key, source, options),
      get: (key, range) => blobs.get(key, range),
      close: () => blobs.close(),
      delete: async (key) => (isDown !== undefined && key.includes(isDown) ? Promise.reject(new Error('power cut')) : blobs.delete(key)),
    });
    const blobs = down(filesystemBlobs({ root: join(folder, 'blobs') }));
    const records = await openTestRecords({ folder, blobs, told: (message) => void told.push(message) });
    await records.append(record(1, { at: now - 31 * 86_400_000 }));
    await records.append(record(2, { at: now }));
    await records.append(record(3, { at: now - 32 * 86_400_000, endpoint: 'price' }));
    await records.seal();
    expect(await allIds(records)).toEqual(['r0000002/0', 'r0000001/0', 'r0000003/0']);
    const sealed = (): string[] => filesBelow(folder).filter((path) => path.endsWith('.parquet') && path.includes('blobs'));
    expect(await records.forgetOld(scope, 'load', 30)).toBe(1);
    expect(await records.forgetOld(scope, 'price', 30)).toBe(1);
    expect(await allIds(records)).toEqual(['r0000002/0']);
    expect(sealed()).toHaveLength(3);
    await records.removeForgotten();
    // The one that fails stays, and holds up none.
    expect(sealed()).toHaveLength(2);
    expect(told).toEqual(['files of old records were not removed: it is tried again']);
    isDown = undefined;
    expect(await records.forgetOld(scope, 'load', 30)).toBe(0);
    await records.removeForgotten();
    expect(sealed()).toHaveLength(1);
    expect(await allIds(records)).toEqual(['r0000002/0']);
    await records.close();
  });

  test('a masked value is in no file', async () => {
    const folder = newFolder();
    const records = await openTestRecords({ folder, settings: { sample: 1, mask: { city: 'hash', secret: 'drop' }, required: true } });
    const rows = JSON.stringify([{ city: 'Roma-Segreta', secret: 'Roma-Segreta' }]);
    await records.append(record(1, { input: { form: 'json', text: rows, rows: 1, params: undefined } }));
    const tensors = [{ name: 'city', datatype: 'BYTES' as const, shape: [1], data: ['Roma-Segreta'] }];
    const error = { code: 'INPUT_INVALID', message: "city: 'Roma-Segreta'" };
    await records.append(record(2, { input: { form: 'columns', tensors, rows: 1, params: undefined }, status: 400, error }));
    const found = async (): Promise<unknown[]> => (await records.search(scope, { limit: 10 })).items.map(({ features }) => features);
    const hashed = expect.stringMatching(/^[0-9a-f]{32}$/) as unknown;
    expect(await found()).toEqual([{ city: hashed }, { city: hashed, secret: null }]);
    const [second, first] = (await found()) as { city: string }[];
    expect(second!.city).toBe(first!.city);
    const holdsIt = (): string[] => filesBelow(folder).filter((path) => readFileSync(path).includes('Segreta'));
    expect(filesBelow(join(folder, 'columns/segments'))).toHaveLength(1);
    expect(holdsIt()).toEqual([]);
    await records.seal();
    expect(filesBelow(join(folder, 'blobs')).filter((path) => path.endsWith('.parquet'))).toHaveLength(1);
    expect(holdsIt()).toEqual([]);
    await records.close();
  });

  test('sampling keeps the same part of the requests every time, and every error', async () => {
    const records = await openTestRecords({ folder: newFolder(), settings: { sample: 0.25, mask: {}, required: true } });
    await Promise.all(times(400).map((index) => records.append(record(index))));
    const kept = await allIds(records, 1000);
    expect(kept.length).toBeGreaterThan(60);
    expect(kept.length).toBeLessThan(140);
    await Promise.all(times(20, 1000).map((index) => records.append(record(index, { status: 500 }))));
    expect(await allIds(records, 1000)).toHaveLength(kept.length + 20);
    await records.close();
  });
});

describe('records on S3 and PostgreSQL', () => {
  let postgres: Postgres | undefined;
  let s3: SeaweedFs | undefined;
  let closeAll = async (): Promise<void> => {};
  afterAll(async () => {
    await closeAll();
    await postgres?.stop();
    await s3?.stop();
  });
  suite(async () => {
    [postgres, s3] = await Promise.all([startPostgres(), startSeaweedFs()]);
    await s3.createBucket('records');
    const { endpoint, accessKeyId, secretAccessKey } = s3;
    const db = await openPostgres({ url: postgres.url, connections: 4, migrations });
    const blobs = await s3Blobs({ bucket: 'records', endpoint, credentials: { accessKeyId, secretAccessKey } });
    closeAll = async () => {
      await db.close();
      await blobs.close();
    };
    return openTestRecords({ folder: newFolder(), db, blobs });
  });
});
