import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  UploadPartCopyCommand,
  type CompletedPart,
} from '@aws-sdk/client-s3';
import type { BlobStat } from './port.ts';
import { s3Failure } from './s3-failure.ts';
import type { S3Store } from './s3.ts';

/** S3 copies at most 5 GiB in one request; larger objects are copied in parts of this size. */
const maxSingleCopyBytes = 5 * 1024 ** 3;
const copyPartBytes = 1024 ** 3;

export async function copyObject(store: S3Store, from: string, to: string, stat: BlobStat): Promise<void> {
  try {
    if (stat.sizeBytes <= maxSingleCopyBytes) await copyWhole(store, from, to);
    else await copyParts(store, from, to, stat.sizeBytes);
  } catch (error) {
    throw s3Failure(store, from, error);
  }
}

async function copyWhole(store: S3Store, from: string, to: string): Promise<void> {
  const { client, bucket, writeParameters } = store;
  await client.send(new CopyObjectCommand({ ...writeParameters, Bucket: bucket, Key: to, CopySource: sourceName(bucket, from) }));
}

async function copyParts(store: S3Store, from: string, to: string, sizeBytes: number): Promise<void> {
  const { client, bucket, writeParameters } = store;
  const target = { Bucket: bucket, Key: to };
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ ...writeParameters, ...target }));
  const upload = { ...target, UploadId };
  try {
    const parts: CompletedPart[] = [];
    for (let first = 0; first < sizeBytes; first += copyPartBytes) {
      const range = `bytes=${first}-${Math.min(first + copyPartBytes, sizeBytes) - 1}`;
      const PartNumber = parts.length + 1;
      const command = new UploadPartCopyCommand({
        ...upload,
        PartNumber,
        CopySource: sourceName(bucket, from),
        CopySourceRange: range,
      });
      const { CopyPartResult } = await client.send(command);
      parts.push({ PartNumber, ETag: CopyPartResult?.ETag });
    }
    await client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts: parts } }));
  } catch (error) {
    await client.send(new AbortMultipartUploadCommand(upload));
    throw error;
  }
}

function sourceName(bucket: string, key: string): string {
  return `${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`;
}
