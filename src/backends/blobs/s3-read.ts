import { GetObjectCommand, type GetObjectCommandOutput } from '@aws-sdk/client-s3';
import { Readable } from 'node:stream';
import { resolveRange } from './key.ts';
import type { BlobRead, GetOptions } from './port.ts';
import { s3Failure, statusOf, unavailable } from './s3-failure.ts';
import type { S3Store } from './s3.ts';

/** How often a body that broke off is asked for again from where it stopped, without a byte having come in between. */
const maxResumes = 4;

export async function readObject(store: S3Store, key: string, options: GetOptions): Promise<BlobRead | undefined> {
  let first: GetObjectCommandOutput;
  try {
    first = await request(store, key, rangeHeader(options.range?.first ?? 0, options.range?.last), undefined, options.signal);
  } catch (error) {
    if (statusOf(error) === 404 && !(error instanceof Error && error.name === 'NoSuchBucket')) return undefined;
    throw s3Failure(store, key, error);
  }
  const sizeBytes = totalSize(first);
  const { first: start, lengthBytes } = resolveRange(key, sizeBytes, options.range);
  const place = { start, lengthBytes, etag: first.ETag };
  return {
    stream: Readable.from(resuming(store, key, first, place, options.signal), { objectMode: false, highWaterMark: 256 * 1024 }),
    sizeBytes,
    lengthBytes,
    modifiedMs: first.LastModified?.getTime() ?? 0,
    ...(first.ETag === undefined ? {} : { etag: first.ETag }),
  };
}

interface Place {
  readonly start: number;
  readonly lengthBytes: number;
  /** The rest is taken only from the very object that the start came from. */
  readonly etag: string | undefined;
}

async function* resuming(
  store: S3Store,
  key: string,
  first: GetObjectCommandOutput,
  place: Place,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  let answer = first;
  let received = 0;
  let failures = 0;
  for (;;) {
    let problem: unknown;
    try {
      for await (const chunk of bodyOf(answer)) {
        received += chunk.length;
        failures = 0;
        yield chunk;
      }
    } catch (error) {
      signal?.throwIfAborted();
      problem = error;
    }
    if (received === place.lengthBytes) return;
    failures += 1;
    if (failures > maxResumes) throw unavailable(store, key, `broke off after ${received} of ${place.lengthBytes} bytes`, problem);
    const from = place.start + received;
    try {
      answer = await request(store, key, rangeHeader(from, place.start + place.lengthBytes - 1), place.etag, signal);
    } catch (error) {
      throw s3Failure(store, key, error);
    }
  }
}

async function request(store: S3Store, key: string, range: string | undefined, etag: string | undefined, signal: AbortSignal | undefined) {
  const command = new GetObjectCommand({
    Bucket: store.bucket,
    Key: key,
    ...(range === undefined ? {} : { Range: range }),
    ...(etag === undefined ? {} : { IfMatch: etag }),
  });
  return store.client.send(command, signal === undefined ? {} : { abortSignal: signal });
}

function rangeHeader(first: number, last: number | undefined): string | undefined {
  if (first === 0 && last === undefined) return undefined;
  return `bytes=${first}-${last ?? ''}`;
}

function totalSize(answer: GetObjectCommandOutput): number {
  const total = /\/(\d+)$/.exec(answer.ContentRange ?? '')?.[1];
  return total === undefined ? (answer.ContentLength ?? 0) : Number(total);
}

function bodyOf(answer: GetObjectCommandOutput): Readable {
  if (answer.Body instanceof Readable) return answer.Body;
  throw new TypeError('the S3 client gave a body that is no Node stream');
}
