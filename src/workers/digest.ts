/** Thread entry: reads one artifact folder from the store and answers its digest, for `registry/digest-thread.ts`. */
import { parentPort, workerData } from 'node:worker_threads';
import { openBlobs } from '../backends/blobs/open.ts';
import { MillwrightError } from '../errors.ts';
import type { DigestJob, DigestReply } from '../registry/digest-thread.ts';
import { digestFolder } from '../registry/digest.ts';

async function run({ location, scope, path }: DigestJob): Promise<DigestReply> {
  try {
    const blobs = await openBlobs(location);
    const digest = await digestFolder(blobs, scope, path);
    await blobs.close();
    return { digest };
  } catch (error) {
    return {
      failure: {
        code: error instanceof MillwrightError ? error.code : undefined,
        message: error instanceof Error ? error.message : String(error),
      },
    };
  }
}

// Whoever gives up ends the thread.
parentPort!.postMessage(await run(workerData as DigestJob));
