import type { Readable } from 'node:stream';

/**
 * Named byte strings of any size, whole or absent: a reader meets the old bytes, the new bytes or nothing, never a part.
 *
 * Contract, held by `conformance.ts` for every implementation:
 * - **Keys** are relative POSIX paths, `checkKey` says which; no operation reads or writes outside the store's root, also where a
 *   symbolic link inside it points out.
 * - **`put`** streams in bounded memory. When it resolves, the bytes survive `kill -9` and power loss. When it rejects
 *   (source failed, wrong size, aborted, store failed) the key is as it was before and nothing else is left in the store.
 *   The last of several writers of one key wins; with `ifAbsent` exactly one of them does.
 * - **`get`** and **`stat`** of an absent key give `undefined`. A stream that cannot be read to its end fails with an error; it
 *   never ends early as if it were whole. Who takes the stream must read it or destroy it.
 * - **`list`** comes in pages; a key present during the whole listing appears exactly once. The order is the store's: that of the
 *   keys' UTF-8 bytes in a filesystem and on AWS, while some S3 servers sort `b/1` before `b-c`.
 * - **`delete`** and **`deletePrefix`** of what is absent succeed.
 * - A store that cannot be reached, or fails half-way and again on every retry, gives `TEMPORARILY_UNAVAILABLE`.
 *
 * A filesystem cannot hold both `a` and `a/b`: putting the second is refused there with `RESOURCE_CONFLICT`; use no such keys.
 */
export interface Blobs {
  put(key: string, source: BlobSource, options?: PutOptions): Promise<PutResult>;
  get(key: string, options?: GetOptions): Promise<BlobRead | undefined>;
  stat(key: string): Promise<BlobStat | undefined>;
  /** @param prefix any start of a key, also in the middle of a segment; `''` lists all */
  list(prefix: string, options?: ListOptions): Promise<BlobPage>;
  delete(key: string): Promise<void>;
  /** @param prefix whole segments, ending in `/` @returns how many blobs were deleted */
  deletePrefix(prefix: string): Promise<number>;
  /** As `put` of the bytes of `from`, without sending them through this process where the store can. */
  copy(from: string, to: string): Promise<void>;
  /** Frees connections; the store is not used afterwards. */
  close(): Promise<void>;
}

export type BlobSource = Uint8Array | AsyncIterable<Uint8Array>;

export interface PutOptions {
  /** Leave a present blob as it is. */
  readonly ifAbsent?: boolean;
  /** Reject with `INVALID_PARAMETER_VALUE`, storing nothing, unless the source has exactly this size. */
  readonly expectedSizeBytes?: number;
  readonly signal?: AbortSignal;
}

export interface PutResult {
  /** Of the bytes that were read from the source; 0 where `written` is false. */
  readonly sizeBytes: number;
  /** False where `ifAbsent` found the key present. */
  readonly written: boolean;
  readonly etag?: string;
}

export interface GetOptions {
  readonly range?: ByteRange;
  readonly signal?: AbortSignal;
}

/** As HTTP's: counted from 0, both ends included; `last` may lie past the end of the blob, or be left out. */
export interface ByteRange {
  readonly first: number;
  readonly last?: number;
}

export interface BlobStat {
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  readonly etag?: string;
}

export interface BlobRead extends BlobStat {
  readonly stream: Readable;
  /** How many bytes the stream gives: `sizeBytes` without a range. */
  readonly lengthBytes: number;
}

export interface ListOptions {
  /** With `/`: one level, deeper keys shown as `prefixes`. Without: all keys. */
  readonly delimiter?: '/';
  /** From the page before. */
  readonly cursor?: string;
  /** 1 to 1000, which is the default. */
  readonly limit?: number;
}

export interface BlobPage {
  readonly blobs: readonly (BlobStat & { readonly key: string })[];
  /** Each ends in `/`. */
  readonly prefixes: readonly string[];
  /** Absent on the last page. */
  readonly cursor?: string;
}

/** Where blobs are kept: plain data, which the composition root turns into a store. */
export type BlobsLocation = FilesystemLocation | S3Location;

export interface FilesystemLocation {
  readonly kind: 'filesystem';
  /** An absolute path; made at the first `put`. */
  readonly root: string;
}

export interface S3Location {
  readonly kind: 's3';
  readonly bucket: string;
  /** Put before every key: empty, or ending in `/`. */
  readonly prefix?: string;
  /** Of a server that is not AWS; its buckets are addressed by path. */
  readonly endpoint?: string;
  /** `us-east-1` where absent; AWS then redirects to the bucket's own. */
  readonly region?: string;
  /** Of the shared configuration and credentials files. */
  readonly profile?: string;
  /** Path of the shared credentials file, where it is not the standard one. */
  readonly credentialsFile?: string;
  /** Else the standard chain of AWS: environment, shared files, container and instance roles. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string };
  /** Send unsigned requests, for public buckets. */
  readonly anonymous?: boolean;
  /** False accepts any certificate; a path names the file of trusted certificate authorities. */
  readonly verifyTls?: boolean | string;
  readonly connectTimeoutMs?: number;
  readonly readTimeoutMs?: number;
  /** Tries of one request, the first included. */
  readonly maxAttempts?: number;
  /** Headers and encryption of what is written, by the names of the S3 API: `ACL`, `ServerSideEncryption`, `SSEKMSKeyId`, … */
  readonly writeParameters?: Readonly<Record<string, string>>;
}
