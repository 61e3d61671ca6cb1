import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { artifactStores, startStoreServer, type StoreServer } from '../support/artifact-stores.ts';
import { mlflowClient } from '../support/mlflow-client.ts';

const proxy = '/api/2.0/mlflow-artifacts/artifacts';
const pathOf = (runId: string, file: string): string => `${proxy}/0/${runId}/artifacts/${file}`;

describe.each(artifactStores)('on %s', (store) => {
  let server: StoreServer;
  beforeAll(async () => {
    server = await startStoreServer(store);
  });
  afterAll(() => server.remove());

  const { must } = mlflowClient(() => server);

  async function newRun(): Promise<string> {
    const { run } = await must<{ run: { info: { run_id: string; artifact_uri: string } } }>('POST', 'runs/create', { experiment_id: '0' });
    expect(run.info.artifact_uri).toBe(`mlflow-artifacts:/0/${run.info.run_id}/artifacts`);
    return run.info.run_id;
  }

  /** The most memory that the server has had so far. */
  function peakMemoryKiB(): number {
    const status = readFileSync(`/proc/${server.pid}/status`, 'utf8');
    return Number(/VmHWM:\s+(\d+)/.exec(status)![1]);
  }

  const put = (path: string, body: string | Uint8Array<ArrayBuffer>): Promise<Response> =>
    fetch(server.url + path, { method: 'PUT', body });
  const get = (path: string, headers: Record<string, string> = {}): Promise<Response> => fetch(server.url + path, { headers });

  /** Sends a path as it is: `fetch` would resolve the dots of it. */
  function raw(method: string, path: string, body = ''): Promise<{ status: number; text: string }> {
    return new Promise((resolve, reject) => {
      const { hostname, port } = new URL(server.url);
      const sent = request({ hostname, port, method, path, headers: { 'content-length': Buffer.byteLength(body) } }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      });
      sent.once('error', reject);
      sent.end(body);
    });
  }

  describe('the artifact proxy', () => {
    test('gives back what was put, with headers that keep a browser from running it', async () => {
      const run = await newRun();
      expect(await (await put(pathOf(run, 'plots/page.html'), '<script>alert(1)</script>')).json()).toEqual({});
      const response = await get(pathOf(run, 'plots/page.html'));
      expect(response.status).toBe(200);
      expect(await response.text()).toBe('<script>alert(1)</script>');
      expect(Object.fromEntries(response.headers)).toMatchObject({
        'content-type': 'text/html',
        'content-length': '25',
        'content-security-policy': 'sandbox',
        'x-content-type-options': 'nosniff',
        'content-disposition': `attachment; filename="page.html"; filename*=UTF-8''page.html`,
        'accept-ranges': 'bytes',
      });
    });

    test('keeps names with spaces, percent signs and other scripts', async () => {
      const run = await newRun();
      for (const name of ['a b.txt', '100%.txt', 'a%20b.txt', 'ü 電.bin', 'a+b&c=d.txt']) {
        const path = pathOf(run, encodeURIComponent(name));
        expect([name, (await put(path, name)).status]).toEqual([name, 200]);
        expect(await (await get(path)).text()).toBe(name);
      }
      const listed = (await (await get(`${proxy}?path=0/${run}/artifacts`)).json()) as { files: { path: string }[] };
      expect(listed.files.map((file) => file.path)).toEqual(['100%.txt', 'a b.txt', 'a%20b.txt', 'a+b&c=d.txt', 'ü 電.bin']);
    });

    test('lists one level, by the last part of the name', async () => {
      const run = await newRun();
      await put(pathOf(run, 'model/MLmodel'), 'x');
      await put(pathOf(run, 'model/data/weights.bin'), 'yy');
      await put(pathOf(run, 'note.txt'), 'zzz');
      const list = async (path: string): Promise<unknown> => (await get(`${proxy}?path=${path}`)).json();
      expect(await list(`0/${run}/artifacts`)).toEqual({
        files: [
          { path: 'model', is_dir: true },
          { path: 'note.txt', is_dir: false, file_size: 3 },
        ],
      });
      expect(await list(`0/${run}/artifacts/model`)).toEqual({
        files: [
          { path: 'MLmodel', is_dir: false, file_size: 1 },
          { path: 'data', is_dir: true },
        ],
      });
      expect(await list(`0/${run}/artifacts/nothing`)).toEqual({});
    });

    test('gives parts of a file', async () => {
      const run = await newRun();
      const path = pathOf(run, 'digits');
      await put(path, '0123456789');
      const part = async (range: string): Promise<unknown> => {
        const response = await get(path, { range });
        return [response.status, response.headers.get('content-range'), await response.text()];
      };
      expect(await part('bytes=2-4')).toEqual([206, 'bytes 2-4/10', '234']);
      expect(await part('bytes=7-')).toEqual([206, 'bytes 7-9/10', '789']);
      expect(await part('bytes=-3')).toEqual([206, 'bytes 7-9/10', '789']);
      expect(await part('bytes=8-99')).toEqual([206, 'bytes 8-9/10', '89']);
      expect(await part('bytes=10-')).toEqual([416, 'bytes */10', '']);
      expect(await part('bytes=-0')).toEqual([416, 'bytes */10', '']);
      expect(await part('bytes=1-2,4-5')).toEqual([200, null, '0123456789']);
      expect(await part('lines=1-2')).toEqual([200, null, '0123456789']);
    });

    test('streams both ways: a large file costs the server no memory of its size', async () => {
      const run = await newRun();
      const path = pathOf(run, 'large.bin');
      const block = randomBytes(1024 * 1024);
      const blocks = 256;
      const before = peakMemoryKiB();
      const sent = createHash('sha256');
      const body = Readable.from(
        (function* () {
          for (let index = 0; index < blocks; index += 1) {
            sent.update(block);
            yield block;
          }
        })(),
      );
      const response = await fetch(server.url + path, { method: 'PUT', body: Readable.toWeb(body), duplex: 'half' });
      expect(response.status).toBe(200);
      const got = createHash('sha256');
      for await (const chunk of (await get(path)).body!) got.update(chunk as Uint8Array);
      expect(got.digest('hex')).toBe(sent.digest('hex'));
      // Half of the file: buffers wait for the garbage collector, so a tight bound would fail by chance.
      expect(peakMemoryKiB() - before).toBeLessThan((blocks * 1024) / 2);
    });

    test('leaves nothing of an upload that breaks off', async () => {
      const run = await newRun();
      const path = pathOf(run, 'broken.bin');
      const before = await server.stored();
      const { hostname, port } = new URL(server.url);
      await new Promise<void>((resolve) => {
        const upload = request({ hostname, port, method: 'PUT', path, headers: { 'content-length': 10_000_000 } });
        upload.once('error', () => resolve());
        upload.write(Buffer.alloc(4_000_000), () => upload.destroy(new Error('the client is killed')));
      });
      await eventually(async () => {
        expect((await get(path)).status).toBe(404);
        expect(await server.stored()).toEqual(before);
      });
    });

    test('leaves the old file as it was when its replacement breaks off', async () => {
      const run = await newRun();
      const path = pathOf(run, 'kept.txt');
      await put(path, 'old');
      const before = await server.stored();
      const { hostname, port } = new URL(server.url);
      await new Promise<void>((resolve) => {
        const upload = request({ hostname, port, method: 'PUT', path, headers: { 'transfer-encoding': 'chunked' } });
        upload.once('error', () => resolve());
        upload.write(Buffer.alloc(1_000_000), () => upload.destroy(new Error('the client is killed')));
      });
      await eventually(async () => {
        expect(await server.stored()).toEqual(before);
        expect(await (await get(path)).text()).toBe('old');
      });
    });

    test('deletes a file, and a folder with all below it', async () => {
      const run = await newRun();
      for (const file of ['a/1', 'a/2/3', 'b']) await put(pathOf(run, file), file);
      const remove = async (file: string): Promise<unknown> => (await fetch(server.url + pathOf(run, file), { method: 'DELETE' })).json();
      expect(await remove('a')).toEqual({});
      expect(await remove('a')).toEqual({});
      expect((await get(pathOf(run, 'a/2/3'))).status).toBe(404);
      expect(await (await get(pathOf(run, 'b'))).text()).toBe('b');
    });

    test.each([
      '..%2f..%2fetc%2fpasswd',
      '%2e%2e/%2e%2e/etc/passwd',
      '%252e%252e%252fetc%252fpasswd',
      '../../../../../../etc/passwd',
      'a%5c..%5cb',
      'a%00b',
      'a%2500b',
      'a%0ab',
      'a%23b',
      'a/%2e%2e/%2e%2e/b',
    ])('refuses the path %s in every call', async (path) => {
      const run = await newRun();
      const before = await server.stored();
      for (const method of ['PUT', 'GET', 'DELETE']) {
        const reply = await raw(method, pathOf(run, path), method === 'PUT' ? 'x' : '');
        expect([method, reply.status]).toEqual([method, 400]);
        expect((JSON.parse(reply.text) as { error_code: string }).error_code).toBe('INVALID_PARAMETER_VALUE');
      }
      for (const url of [
        `${proxy}?path=0/${run}/artifacts/${path}`,
        `/get-artifact?run_id=${run}&path=${path}`,
        `/api/2.0/mlflow/artifacts/list?run_id=${run}&path=${path}`,
      ]) {
        const reply = await raw('GET', url);
        expect([url, reply.status]).toEqual([url, 400]);
      }
      expect(await server.stored()).toEqual(before);
    });

    test('refuses a path that names no run or logged model, or one that is not there', async () => {
      const run = await newRun();
      const other = 'f'.repeat(32);
      expect((await put(`${proxy}/anything/x`, 'x')).status).toBe(400);
      expect((await put(`${proxy}/0/${run}/x`, 'x')).status).toBe(400);
      expect((await put(`${proxy}/0/${other}/artifacts/x`, 'x')).status).toBe(404);
      expect((await put(`${proxy}/5/${run}/artifacts/x`, 'x')).status).toBe(404);
      expect((await put(`${proxy}/0/models/m-${other}/artifacts/x`, 'x')).status).toBe(404);
      expect((await get(`${proxy}?path=0/${other}/artifacts`)).status).toBe(404);
      expect((await get(`${proxy}?path=0`)).status).toBe(400);
    });

    test('answers a folder with 400 and a missing file with 404', async () => {
      const run = await newRun();
      await put(pathOf(run, 'folder/file'), 'x');
      expect((await get(pathOf(run, 'folder'))).status).toBe(400);
      const missing = await get(pathOf(run, 'nothing'));
      expect([missing.status, ((await missing.json()) as { error_code: string }).error_code]).toEqual([404, 'RESOURCE_DOES_NOT_EXIST']);
    });

    test('refuses an upload to a deleted run after reading it, so that the client hears why', async () => {
      const run = await newRun();
      await must('POST', 'runs/delete', { run_id: run });
      const response = await put(pathOf(run, 'x'), Buffer.alloc(8 * 1024 * 1024));
      expect(response.status).toBe(400);
      expect(((await response.json()) as { message: string }).message).toContain('is deleted: restore it first');
    });

    test('says in 501 that it knows no multipart upload, so that clients fall back', async () => {
      for (const [method, path] of [
        ['POST', '/api/2.0/mlflow-artifacts/mpu/create/x'],
        ['POST', '/api/2.0/mlflow-artifacts/mpu/complete/x'],
        ['POST', '/ajax-api/2.0/mlflow-artifacts/mpu/abort/x'],
        ['GET', '/api/2.0/mlflow-artifacts/presigned/x'],
      ] as const) {
        const response = await fetch(server.url + path, { method, ...(method === 'POST' ? { body: '{}' } : {}) });
        const body = (await response.json()) as { error_code: string; message: string };
        expect([path, response.status, body.error_code]).toEqual([path, 501, 'NOT_IMPLEMENTED']);
        expect(body.message).toMatch(/ is not supported for the current artifact repository$/);
      }
    });
  });

  describe('artifacts by run and model', () => {
    test('a run lists its artifacts with paths from its root, and serves them', async () => {
      const run = await newRun();
      await put(pathOf(run, 'model/MLmodel'), 'flavors: {}');
      const list = (fields: object): Promise<unknown> => must('GET', 'artifacts/list', { run_id: run, ...fields });
      const root_uri = `mlflow-artifacts:/0/${run}/artifacts`;
      expect(await list({})).toEqual({ root_uri, files: [{ path: 'model', is_dir: true }] });
      expect(await list({ path: 'model' })).toEqual({ root_uri, files: [{ path: 'model/MLmodel', is_dir: false, file_size: 11 }] });
      for (const parameter of ['run_id', 'run_uuid']) {
        const response = await get(`/get-artifact?${parameter}=${run}&path=model/MLmodel`);
        expect([response.status, await response.text()]).toEqual([200, 'flavors: {}']);
      }
      expect((await get(`/get-artifact?run_id=${'0'.repeat(32)}&path=x`)).status).toBe(404);
      expect((await get(`/get-artifact?run_id=${run}`)).status).toBe(400);
    });

    test('a logged model and a model version serve their files', async () => {
      const { model } = await must<{ model: { info: { model_id: string } } }>('POST', 'logged-models', {
        experiment_id: '0',
        name: 'forest',
      });
      const id = model.info.model_id;
      await put(`${proxy}/0/models/${id}/artifacts/MLmodel`, 'of a logged model');
      const file = await get(`/ajax-api/2.0/mlflow/logged-models/${id}/artifacts/files?artifact_file_path=MLmodel`);
      expect(await file.text()).toBe('of a logged model');
      expect(await must('GET', `logged-models/${id}/artifacts/directories`)).toEqual({
        root_uri: `mlflow-artifacts:/0/models/${id}/artifacts`,
        files: [{ path: 'MLmodel', is_dir: false, file_size: 17 }],
      });
      await must('POST', 'registered-models/create', { name: 'forest' });
      await must('POST', 'model-versions/create', { name: 'forest', source: `models:/${id}`, model_id: id });
      expect(await (await get('/model-versions/get-artifact?name=forest&version=1&path=MLmodel')).text()).toBe('of a logged model');
      expect((await get('/model-versions/get-artifact?name=forest&version=2&path=MLmodel')).status).toBe(404);
    });
  });
});

/** Asks until the expectation holds: the server learns of a broken connection in its own time. */
async function eventually(expectation: () => Promise<void>): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await expectation();
    } catch (error) {
      if (attempt === 100) throw error;
      await delay(50);
    }
  }
}
