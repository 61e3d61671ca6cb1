/** The bytes of dataset versions over HTTP: a server that stands in a project reads that project's cache, and nothing else. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCall, millwrightApi } from '../../sdk/src/index.ts';
import type { DataRef } from '../../src/api/data-ref.ts';
import { cleanEnvironment, launcher, startTestServer, type TestServer } from '../support/server.ts';

const root = mkdtempSync(join(tmpdir(), 'millwright-project-'));
const project = 'weather';
let server: TestServer;
let api: ReturnType<typeof millwrightApi>;
const hashes: Record<string, string> = {};

const write = (path: string, content: string | Uint8Array): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
};

/** Adds a path as it is now. @returns its hash, as the `.dvc` file has it */
function add(path: string): string {
  execFileSync(launcher, ['add', path], { cwd: root, env: cleanEnvironment(), stdio: 'pipe' });
  return /md5: ([0-9a-f]{32}(\.dir)?)/.exec(readFileSync(join(root, `${path}.dvc`), 'utf8'))![1]!;
}

const objectOf = (hash: string): string => join(root, '.dvc/cache/files/md5', hash.slice(0, 2), hash.slice(2));
const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

const record = (path: string, hash: string): Promise<unknown> =>
  api.beginPipelineRun({ project, cause: 'test', stages: [], gates: [], data: [{ path, algorithm: 'md5', hash } satisfies DataRef] });

beforeAll(async () => {
  execFileSync(launcher, ['init', '--no-scm'], { cwd: root, env: cleanEnvironment(), stdio: 'pipe' });
  write('load.csv', 'hour,load,note\n0,10.5,calm\n1,NaN,\n2,30.5,"wind, rain"\n');
  hashes['old'] = add('load.csv');
  write('load.csv', 'hour,load,zone\n0,10.5,A\n1,20.5,B\n2,30.5,A\n3,40.5,A\n');
  hashes['new'] = add('load.csv');
  write('set/a.jsonl', '{"x": 1}\n{"x": 2, "y": "é"}\n');
  write('set/b.bin', new Uint8Array([0, 1, 2, 255]));
  write('set/gone.txt', 'soon gone\n');
  hashes['folder'] = add('set');
  write('set/b.bin', new Uint8Array([9]));
  write('set/new name.txt', 'soon gone\n');
  rmSync(join(root, 'set/gone.txt'));
  hashes['folder2'] = add('set');
  server = await startTestServer({ stateDirectory: join(root, '.millwright') });
  api = millwrightApi(createCall({ url: server.url, token: server.token }));
  await record('load.csv', hashes['old']);
  await record('load.csv', hashes['new']);
  await record('set', hashes['folder']);
  await record('set', hashes['folder2']);
});

afterAll(async () => {
  await server?.stop();
  rmSync(root, { recursive: true, force: true });
});

test('lists the files of a version with sizes and hashes, filtered, sorted and in pages', async () => {
  const version = { project, path: 'set', version: hashes['folder']! };
  const all = await api.datasetFiles(version, {});
  expect(all).toEqual({
    items: [
      { path: 'a.jsonl', hash: md5('{"x": 1}\n{"x": 2, "y": "é"}\n'), sizeBytes: 29, isHere: true },
      {
        path: 'b.bin',
        hash: createHash('md5')
          .update(new Uint8Array([0, 1, 2, 255]))
          .digest('hex'),
        sizeBytes: 4,
        isHere: true,
      },
      { path: 'gone.txt', hash: md5('soon gone\n'), sizeBytes: 10, isHere: true },
    ],
    total: 3,
    totalBytes: 43,
    notHere: 0,
  });
  const page = await api.datasetFiles(version, { sort: 'size:desc', offset: 1, limit: 1 });
  expect([page.total, page.items.map(({ path }) => path)]).toEqual([3, ['gone.txt']]);
  expect((await api.datasetFiles(version, { filter: 'B.B' })).items.map(({ path }) => path)).toEqual(['b.bin']);
});

test('shows the head of tables and text, and says what is binary', async () => {
  expect(await api.datasetPreview({ project, path: 'load.csv', version: hashes['old']! })).toEqual({
    kind: 'table',
    columns: ['hour', 'load', 'note'],
    rows: [
      ['0', '10.5', 'calm'],
      ['1', 'NaN', ''],
      ['2', '30.5', 'wind, rain'],
    ],
    isComplete: true,
    sizeBytes: 54,
  });
  const folder = { project, path: 'set', version: hashes['folder']! };
  expect(await api.datasetPreview(folder, 'a.jsonl')).toMatchObject({ kind: 'table', columns: ['x', 'y'], rows: [['1'], ['2', 'é']] });
  expect(await api.datasetPreview(folder, 'gone.txt')).toEqual({ kind: 'text', text: 'soon gone\n', isComplete: true, sizeBytes: 10 });
  expect(await api.datasetPreview(folder, 'b.bin')).toEqual({ kind: 'binary', sizeBytes: 4 });
  await expect(api.datasetPreview(folder)).rejects.toThrow('set is a folder: name one of its files');
});

test('profiles each column', async () => {
  const { rows, columns } = await api.datasetProfile({ project, path: 'load.csv', version: hashes['old']! });
  expect(rows).toBe(3);
  expect(columns.map(({ name, type, missing, distinct, min, max, mean }) => [name, type, missing, distinct, min, max, mean])).toEqual([
    ['hour', 'integer', 0, 3, 0, 2, 1],
    ['load', 'number', 1, 2, 10.5, 30.5, 20.5],
    ['note', 'text', 1, 2, null, null, null],
  ]);
  const spread = columns[1]!.histogram!;
  expect([spread.length, spread[0], spread.at(-1)]).toEqual([24, 1, 1]);
});

test('compares two versions: files by content, tables by columns and rows', async () => {
  const folders = { project, path: 'set', from: hashes['folder']!, to: hashes['folder2']! };
  expect(await api.compareDatasets(folders)).toEqual({
    counts: { added: 0, deleted: 0, modified: 1, renamed: 1, unchanged: 1 },
    changes: [
      { kind: 'modified', path: 'b.bin', oldPath: null, oldSizeBytes: 4, newSizeBytes: 1 },
      { kind: 'renamed', path: 'new name.txt', oldPath: 'gone.txt', oldSizeBytes: 10, newSizeBytes: 10 },
    ],
    isComplete: true,
  });
  const tables = await api.compareTables({ project, path: 'load.csv', from: hashes['old']!, to: hashes['new']! });
  expect([tables.oldRows, tables.newRows]).toEqual([3, 4]);
  expect(tables.columns.map(({ name, kind }) => [name, kind])).toEqual([
    ['hour', 'modified'],
    ['load', 'modified'],
    ['zone', 'added'],
    ['note', 'deleted'],
  ]);
});

test('is read on the command line too', () => {
  const env = { ...cleanEnvironment(), MILLWRIGHT_URL: server.url, MILLWRIGHT_TOKEN: server.token };
  const run = (...args: string[]): string => execFileSync(launcher, ['datasets', ...args], { env, encoding: 'utf8' });
  expect(run('files', 'set', '--version', hashes['folder']!.slice(0, 8))).toContain('gone.txt  10');
  expect(run('preview', 'set', '--version', hashes['folder']!, '--file', 'gone.txt')).toBe('soon gone\n');
  expect(JSON.parse(run('profile', 'load.csv', '--json'))).toMatchObject({ rows: 4, isComplete: true });
  expect(run('compare', 'set', hashes['folder']!, hashes['folder2']!)).toContain('1 modified, 1 renamed, 1 unchanged\n');
  expect(run('versions', 'load.csv')).toContain(hashes['old']);
});

test('gives the bytes to be saved, never to be opened in place', async () => {
  const query = new URLSearchParams({ project, path: 'set', version: hashes['folder']!, file: 'b.bin' });
  const response = await fetch(`${server.url}/api/1/datasets/content?${query.toString()}`);
  expect(new Uint8Array(await response.arrayBuffer())).toEqual(new Uint8Array([0, 1, 2, 255]));
  expect(response.headers.get('content-security-policy')).toBe('sandbox');
  expect(response.headers.get('content-disposition')).toContain('attachment');
});

test('a version that nobody recorded, a file that is not in it and an object that leads outside are not there', async () => {
  const secret = mkdtempSync(join(tmpdir(), 'millwright-outside-'));
  writeFileSync(join(secret, 'secret.txt'), 'secret\n');
  chmodSync(join(secret, 'secret.txt'), 0o444);
  const [planted, unknown] = [md5('planted'), md5('unknown')];
  mkdirSync(dirname(objectOf(planted)), { recursive: true });
  symlinkSync(join(secret, 'secret.txt'), objectOf(planted));
  await record('planted.txt', planted);
  await record('odd.txt', '../../../../etc/passwd');
  const preview = (path: string, version: string, file?: string): Promise<unknown> => api.datasetPreview({ project, path, version }, file);
  await expect(preview('load.csv', unknown)).rejects.toMatchObject({ status: 404, code: 'RESOURCE_DOES_NOT_EXIST' });
  await expect(preview('set', hashes['folder']!, '../load.csv')).rejects.toMatchObject({ status: 404, code: 'RESOURCE_DOES_NOT_EXIST' });
  await expect(preview('planted.txt', planted)).rejects.toMatchObject({ status: 404, code: 'DATA_NOT_HERE' });
  await expect(preview('odd.txt', '../../../../etc/passwd')).rejects.toMatchObject({ status: 404, code: 'DATA_NOT_HERE' });
  rmSync(secret, { recursive: true });
});

test('bytes that are missing or damaged are not shown, and the message says how to get them', async () => {
  const hash = hashes['new']!;
  chmodSync(objectOf(hash), 0o644);
  writeFileSync(objectOf(hash), 'hour,load\n0,1\n');
  const version = { project, path: 'load.csv', version: hash };
  await expect(api.datasetPreview(version)).rejects.toThrow('`millwright fetch --all-commits load.csv`');
  rmSync(objectOf(hash));
  expect((await api.datasetFiles(version, {})).items).toEqual([{ path: 'load.csv', hash, sizeBytes: null, isHere: false }]);
  const elsewhere = await startTestServer();
  const other = millwrightApi(createCall({ url: elsewhere.url, token: elsewhere.token }));
  const data = [{ path: 'load.csv', algorithm: 'md5', hash }];
  await other.beginPipelineRun({ project, cause: 'test', stages: [], gates: [], data });
  await expect(other.datasetProfile(version)).rejects.toMatchObject({ code: 'DATA_NOT_READABLE', status: 404 });
  await elsewhere.stop();
});
