import { MillwrightError } from '../../errors.ts';
import type { S3Store } from './s3.ts';

/** The HTTP status of an answer of S3; undefined where none came. */
export function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('$metadata' in error)) return undefined;
  const metadata: unknown = error.$metadata;
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return undefined;
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined;
}

/** What a failed request means to the caller, after the SDK's own retries. */
export function s3Failure(store: Pick<S3Store, 'place'>, key: string, error: unknown): unknown {
  if (error instanceof MillwrightError || !(error instanceof Error) || error.name === 'AbortError') return error;
  const status = statusOf(error);
  const reason = error.message === '' || error.message === 'UnknownError' ? error.name : `${error.name}: ${error.message}`;
  if (error.name === 'NoSuchBucket') {
    return new MillwrightError('RESOURCE_DOES_NOT_EXIST', `${store.place} has no such bucket: make it, or correct the URL`, {
      cause: error,
    });
  }
  if (error.name === 'CredentialsProviderError' || error.name === 'NoAuthHandler') {
    return new MillwrightError(
      'PERMISSION_DENIED',
      `no credentials for ${store.place} (${reason}): set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (of a remote: access_key_id and secret_access_key), or AWS_PROFILE`,
      {
        cause: error,
      },
    );
  }
  if (status === 401 || status === 403) {
    return new MillwrightError(
      'PERMISSION_DENIED',
      `${store.place} refuses ${JSON.stringify(key)} (${reason}): check the credentials and the bucket policy`,
      {
        cause: error,
      },
    );
  }
  if (status !== undefined && status >= 400 && status < 500 && status !== 408 && status !== 429) {
    return new MillwrightError('INVALID_PARAMETER_VALUE', `${store.place} does not take ${JSON.stringify(key)}: ${reason}`, {
      cause: error,
    });
  }
  return unavailable(store, key, reason, error);
}

export function unavailable(store: Pick<S3Store, 'place'>, key: string, reason: string, cause: unknown): MillwrightError {
  return new MillwrightError(
    'TEMPORARILY_UNAVAILABLE',
    `${store.place} failed on ${JSON.stringify(key)} (${reason}): nothing half-done was left; check the endpoint and run it again`,
    { cause },
  );
}
