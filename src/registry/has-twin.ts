import { text } from 'node:stream/consumers';
import type { Scope } from '../access/index.ts';
import type { Blobs } from '../backends/blobs/port.ts';
import { MillwrightError } from '../errors.ts';
import { namesTwin } from '../formats/mlmodel/parse.ts';
import { artifactKey, artifactPathOf } from '../tracking/index.ts';

/** An `MLmodel` file holds a few kilobytes; what is larger is none. */
const limitBytes = 1024 * 1024;

/** Whether a folder of this server's store holds a model with an ONNX flavour beside the one that it stands in for. */
export async function hasTwin(blobs: Pick<Blobs, 'get'>, scope: Scope, storageLocation: string): Promise<boolean> {
  const path = artifactPathOf(storageLocation);
  if (path === undefined || path === '') return false;
  const blob = await blobs.get(artifactKey(scope, `${path}/MLmodel`));
  if (blob === undefined) return false;
  if (blob.sizeBytes > limitBytes) {
    blob.stream.destroy();
    return false;
  }
  try {
    return namesTwin(await text(blob.stream));
  } catch (error) {
    // What it says is judged when somebody loads it: registering asks for no model at all.
    if (error instanceof MillwrightError && error.code === 'MODEL_INVALID') return false;
    throw error;
  }
}
