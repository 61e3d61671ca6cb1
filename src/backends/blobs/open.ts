import { filesystemBlobs } from './filesystem.ts';
import type { Blobs, BlobsLocation } from './port.ts';

/** The store at a location. The code of S3 is loaded only where it is asked for. */
export async function openBlobs(location: BlobsLocation): Promise<Blobs> {
  if (location.kind === 'filesystem') return filesystemBlobs(location);
  const { s3Blobs } = await import('./s3.ts');
  return s3Blobs(location);
}
