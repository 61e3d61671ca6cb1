/** The disk under the records of a server fills while it serves. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import type { EndpointDetail } from '../../src/api/endpoints.ts';
import { newFolder } from '../predictions/harness.ts';
import { bearer, send, type RawResponse } from '../support/http.ts';
import { cleanEnvironment, startTestServer } from '../support/server.ts';
import { mountSmallDisk } from '../support/small-disk.ts';
import { checkout, testProgram } from '../support/test-env.ts';

// Tried here and given back at once: what is collected need not run.
const probe = mountSmallDisk(1024 * 1024);
if (typeof probe !== 'string') probe.dispose();
else process.stdout.write(`skipped: no small disk can be mounted here: ${probe}\n`);

/** Longer than the ids before it: its record does not fit where theirs did not. */
const lost = 'lost'.padEnd(64, '-');

test.skipIf(typeof probe === 'string')(
  'a full disk fails predictions whose record is required, and only them; the others are counted',
  async () => {
    const disk = mountSmallDisk(4 * 1024 * 1024);
    if (typeof disk === 'string') throw new Error(disk);
    const stateDirectory = newFolder();
    mkdirSync(join(disk.folder, 'predictions'));
    symlinkSync(join(disk.folder, 'predictions'), join(stateDirectory, 'predictions'));
    const server = await startTestServer({ stateDirectory });
    const call = (method: string, path: string, body?: unknown, id = 'x'): Promise<RawResponse> =>
      send(server.url, {
        method,
        path,
        headers: { ...bearer(server.token), 'content-type': 'application/json', 'x-request-id': id },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    const declare = (required: boolean): Promise<RawResponse> =>
      call('PUT', '/api/1/endpoints', {
        project: 'p',
        endpoints: [{ name: 'line', model: 'models:/line/1', settings: {}, records: { required } }],
      });
    const predict = (id: string): Promise<RawResponse> =>
      call('POST', '/endpoints/line/invocations', { dataframe_split: { columns: ['a', 'b'], data: [[1, 2]] } }, id);
    const endpoint = async (): Promise<EndpointDetail['endpoint']> =>
      (JSON.parse((await call('GET', '/api/1/endpoints/line')).text) as EndpointDetail).endpoint;
    try {
      const env = { ...cleanEnvironment(), MLFLOW_TRACKING_URI: server.url, MLFLOW_TRACKING_TOKEN: server.token };
      const made = spawnSync(testProgram('python'), [join(checkout, 'test/support/register_onnx.py'), 'line', '1'], {
        env,
        encoding: 'utf8',
      });
      expect(made.status, made.stderr).toBe(0);
      await declare(true);
      await vi.waitFor(async () => expect((await endpoint()).live?.version).toBe(1), { timeout: 60_000, interval: 50 });
      expect(await predict('before')).toMatchObject({ status: 200 });

      disk.fillUpTo(0);
      const refused: RawResponse[] = [];
      // What is left of the segment's last page takes some more.
      for (let index = 0; refused.length === 0 && index < 200; index += 1) {
        const answer = await predict(`full-${index}`);
        if (answer.status !== 200) refused.push(answer);
      }
      expect(refused[0]).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
      expect(refused[0]!.text).toContain('is full; make room there and send again');
      await declare(false);
      expect(await predict(lost)).toMatchObject({ status: 200 });
      expect((await endpoint()).recordsLost).toBe(1);
      expect(server.log()).toContain('predictions are answered whose records cannot be kept');

      disk.empty();
      await declare(true);
      expect(await predict('after')).toMatchObject({ status: 200 });
      for (const id of ['before', 'after']) expect(await call('GET', `/api/1/predictions/${id}`), id).toMatchObject({ status: 200 });
      expect(await call('GET', `/api/1/predictions/${lost}`)).toMatchObject({ status: 404 });
    } finally {
      await server.stop();
      rmSync(stateDirectory, { recursive: true, force: true });
      disk.dispose();
    }
  },
);
