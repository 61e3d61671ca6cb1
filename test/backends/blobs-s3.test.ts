import { ListMultipartUploadsCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { blobsConformance } from '../../src/backends/blobs/conformance.ts';
import { s3Blobs } from '../../src/backends/blobs/s3.ts';
import { startCuttingProxy } from '../support/cutting-proxy.ts';
import { startSeaweedFs } from '../support/seaweedfs.ts';
import type { SeaweedFs } from '../support/seaweedfs.ts';

let server: SeaweedFs;
beforeAll(async () => {
  server = await startSeaweedFs();
});
afterAll(() => server?.stop());

let count = 0;
blobsConformance('S3', async () => {
  const bucket = `conformance-${count++}`;
  await server.createBucket(bucket);
  const { endpoint, accessKeyId, secretAccessKey } = server;
  const prefix = 'some/prefix/';
  const blobs = await s3Blobs({ bucket, prefix, endpoint, credentials: { accessKeyId, secretAccessKey } });
  return {
    blobs,
    residue: async () => {
      const objects = await server.client.send(new ListObjectsV2Command({ Bucket: bucket }));
      const uploads = await server.client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
      const keys = (objects.Contents ?? []).map((object) => object.Key!.replace(prefix, ''));
      return [...keys, ...(uploads.Uploads ?? []).map((upload) => `upload of ${upload.Key}`)];
    },
    dispose: () => blobs.close(),
  };
});

describe('blobs on an S3 endpoint that fails half-way', () => {
  const bytes = randomBytes(20_000_000);

  async function throughProxy(bucket: string) {
    await server.createBucket(bucket);
    const proxy = await startCuttingProxy(Number(new URL(server.endpoint).port));
    const { accessKeyId, secretAccessKey } = server;
    const endpoint = `http://127.0.0.1:${proxy.port}`;
    const blobs = await s3Blobs({ bucket, endpoint, credentials: { accessKeyId, secretAccessKey }, maxAttempts: 2 });
    return { blobs, proxy, [Symbol.asyncDispose]: async () => (await blobs.close(), proxy.stop()) };
  }

  test('put fails with TEMPORARILY_UNAVAILABLE, stores nothing, and succeeds when the endpoint is back', async () => {
    await using setting = await throughProxy('cut-put');
    const { blobs, proxy } = setting;
    proxy.cutAfter(1_000_000);
    const message = expect.stringContaining('"big"');
    await expect(blobs.put('big', bytes)).rejects.toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE', message });
    await expect(blobs.put('small', bytes.subarray(0, 5_000_000))).rejects.toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE' });
    expect(proxy.cuts()).toBeGreaterThan(1);
    proxy.cutAfter(undefined);
    expect(await blobs.list('')).toEqual({ blobs: [], prefixes: [] });
    const uploads = await server.client.send(new ListMultipartUploadsCommand({ Bucket: 'cut-put' }));
    expect(uploads.Uploads ?? []).toEqual([]);
    await blobs.put('big', bytes);
    expect(await blobs.stat('big')).toMatchObject({ sizeBytes: bytes.length });
  });

  test('get goes on where the body broke off', async () => {
    await using setting = await throughProxy('cut-get');
    const { blobs, proxy } = setting;
    await blobs.put('big', bytes);
    proxy.cutAfter(3_000_000);
    const read = await blobs.get('big', { range: { first: 1 } });
    expect((await buffer(read!.stream)).equals(bytes.subarray(1))).toBe(true);
    expect(proxy.cuts()).toBeGreaterThan(3);
  });

  test('get never ends early as if it were whole', async () => {
    await using setting = await throughProxy('cut-dead');
    const { blobs, proxy } = setting;
    await blobs.put('big', bytes);
    proxy.cutAfter(3_000_000);
    const read = await blobs.get('big');
    read!.stream.once('data', () => proxy.cutAfter(100));
    await expect(buffer(read!.stream)).rejects.toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE' });
  });

  test('an endpoint that nobody listens on is named', async () => {
    await using setting = await throughProxy('cut-off');
    const { blobs, proxy } = setting;
    await proxy.stop();
    const message = expect.stringContaining(`127.0.0.1:${proxy.port}`);
    await expect(blobs.stat('x')).rejects.toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE', message });
  });
});

test('a bucket that does not exist and wrong keys are told apart', async () => {
  const { endpoint, accessKeyId } = server;
  const nowhere = await s3Blobs({ bucket: 'nowhere', endpoint, credentials: { accessKeyId, secretAccessKey: server.secretAccessKey } });
  await expect(nowhere.list('')).rejects.toMatchObject({
    code: 'RESOURCE_DOES_NOT_EXIST',
    message: expect.stringContaining('s3://nowhere'),
  });
  const stranger = await s3Blobs({ bucket: 'probe', endpoint, credentials: { accessKeyId, secretAccessKey: 'wrong' } });
  await expect(stranger.put('x', Buffer.from('x'))).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
});
