import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  UploadPartCommand,
  type CompletedPart,
} from '@aws-sdk/client-s3';
import type { BlobSource, PutOptions, PutResult } from './port.ts';
import { s3Failure, statusOf } from './s3-failure.ts';
import type { S3Store } from './s3.ts';
import { measured } from './source.ts';

const mebibyte = 1024 * 1024;
/** Larger blobs go in parts of this size, some at a time: an upload holds these and the one being filled in memory. */
const partBytes = 8 * mebibyte;
const partsInFlight = 4;
/** S3 takes at most 10,000 parts and parts of at most 5 GiB. */
const maxParts = 10_000;

export async function putObject(store: S3Store, key: string, source: BlobSource, options: PutOptions): Promise<PutResult> {
  const chunks = measured(key, source, options);
  try {
    const start = await readStart(chunks);
    if (start.done) return await putWhole(store, key, Buffer.concat(start.chunks), options);
    return await putParts(store, key, rest(start.chunks, chunks), options);
  } catch (error) {
    // 412: If-None-Match found the key; 409: it lost against another writer of the same key.
    if (options.ifAbsent === true && (statusOf(error) === 412 || statusOf(error) === 409)) return { sizeBytes: 0, written: false };
    throw s3Failure(store, key, error);
  } finally {
    await chunks.return(undefined);
  }
}

async function putWhole(store: S3Store, key: string, body: Buffer, options: PutOptions): Promise<PutResult> {
  const command = new PutObjectCommand({ ...parameters(store, key, options), Body: body, ContentLength: body.length });
  const result = await store.client.send(command, abort(options));
  return { sizeBytes: body.length, written: true, ...(result.ETag === undefined ? {} : { etag: result.ETag }) };
}

/** Multipart: parts go while the source is read; on any failure the upload is aborted, so that no part stays and is paid for. */
async function putParts(store: S3Store, key: string, chunks: AsyncGenerator<Uint8Array>, options: PutOptions): Promise<PutResult> {
  const { client } = store;
  const target = { Bucket: store.bucket, Key: key };
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ ...store.writeParameters, ...target }), abort(options));
  const upload = { ...target, UploadId };
  try {
    const { parts, sizeBytes } = await sendParts(store, upload, chunks, options);
    const command = new CompleteMultipartUploadCommand({ ...upload, ...condition(options), MultipartUpload: { Parts: parts } });
    const result = await client.send(command, abort(options));
    return { sizeBytes, written: true, ...(result.ETag === undefined ? {} : { etag: result.ETag }) };
  } catch (error) {
    // The endpoint that just failed may fail this too: the first failure is the one to report.
    await client.send(new AbortMultipartUploadCommand(upload)).catch(() => undefined);
    throw error;
  }
}

type MultipartUpload = { Bucket: string; Key: string; UploadId: string | undefined };

async function sendParts(store: S3Store, upload: MultipartUpload, chunks: AsyncGenerator<Uint8Array>, options: PutOptions) {
  const parts: CompletedPart[] = [];
  const inFlight = new Set<Promise<void>>();
  let sizeBytes = 0;
  const send = async (PartNumber: number, Body: Buffer): Promise<void> => {
    const command = new UploadPartCommand({ ...upload, PartNumber, Body, ContentLength: Body.length });
    const { ETag } = await store.client.send(command, abort(options));
    parts[PartNumber - 1] = { PartNumber, ETag };
  };
  try {
    for await (const part of inParts(chunks, Math.max(partBytes, Math.ceil((options.expectedSizeBytes ?? 0) / maxParts)))) {
      sizeBytes += part.length;
      parts.push({});
      const sent = send(parts.length, part).then(() => void inFlight.delete(sent));
      // Looked at below; until then a slow source must not make it an unhandled rejection.
      sent.catch(() => undefined);
      inFlight.add(sent);
      if (inFlight.size === partsInFlight) await Promise.race(inFlight);
    }
    await Promise.all(inFlight);
  } finally {
    // A part that arrives after the abort would stay.
    await Promise.allSettled(inFlight);
  }
  return { parts, sizeBytes };
}

async function* inParts(chunks: AsyncGenerator<Uint8Array>, sizeBytes: number): AsyncGenerator<Buffer> {
  let pending: Uint8Array[] = [];
  let pendingBytes = 0;
  for await (const chunk of chunks) {
    for (let offset = 0; offset < chunk.length;) {
      const piece = chunk.subarray(offset, offset + sizeBytes - pendingBytes);
      pending.push(piece);
      pendingBytes += piece.length;
      offset += piece.length;
      if (pendingBytes < sizeBytes) continue;
      yield Buffer.concat(pending);
      pending = [];
      pendingBytes = 0;
    }
  }
  if (pendingBytes > 0) yield Buffer.concat(pending);
}

function parameters(store: S3Store, key: string, options: PutOptions): { Bucket: string; Key: string } {
  return { ...store.writeParameters, ...condition(options), Bucket: store.bucket, Key: key };
}

function condition(options: PutOptions): { IfNoneMatch?: string } {
  return options.ifAbsent === true ? { IfNoneMatch: '*' } : {};
}

function abort(options: PutOptions): { abortSignal?: AbortSignal } {
  return options.signal === undefined ? {} : { abortSignal: options.signal };
}

/** Reads until more than one part is there or the source ends. */
async function readStart(chunks: AsyncGenerator<Uint8Array>): Promise<{ chunks: Uint8Array[]; done: boolean }> {
  const read: Uint8Array[] = [];
  let sizeBytes = 0;
  while (sizeBytes <= partBytes) {
    const next = await chunks.next();
    if (next.done === true) return { chunks: read, done: true };
    read.push(next.value);
    sizeBytes += next.value.length;
  }
  return { chunks: read, done: false };
}

async function* rest(start: readonly Uint8Array[], chunks: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* start;
  yield* chunks;
}
