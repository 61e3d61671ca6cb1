import { readFile } from 'node:fs/promises';
import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import { MillwrightError } from '../../errors.ts';
import { sharedCredentials } from './aws-credentials-file.ts';
import { checkFolderPrefix, checkKey, checkPrefix } from './key.ts';
import { pageLimit } from './page.ts';
import type {
  BlobPage,
  BlobRead,
  BlobSource,
  BlobStat,
  Blobs,
  GetOptions,
  ListOptions,
  PutOptions,
  PutResult,
  S3Location,
} from './port.ts';
import { copyObject } from './s3-copy.ts';
import { s3Failure, statusOf } from './s3-failure.ts';
import { putObject } from './s3-put.ts';
import { readObject } from './s3-read.ts';

/** What the operations on single objects share. */
export interface S3Store {
  readonly client: S3Client;
  readonly bucket: string;
  readonly writeParameters: Readonly<Record<string, string>>;
  /** For messages: `s3://bucket at https://…`. */
  readonly place: string;
}

/** This file and those it imports load the SDK, which costs 100 ms and 30 MB: `open.ts` imports it only for those who use S3. */
export async function s3Blobs(options: Omit<S3Location, 'kind'>): Promise<Blobs> {
  const { bucket } = options;
  const store: S3Store = {
    client: new S3Client(await clientConfig(options)),
    bucket,
    writeParameters: options.writeParameters ?? {},
    place: options.endpoint === undefined ? `s3://${bucket}` : `s3://${bucket} at ${options.endpoint}`,
  };
  return new S3Blobs(store, options.prefix ?? '');
}

async function clientConfig(options: Omit<S3Location, 'kind'>): Promise<S3ClientConfig> {
  const isAws = options.endpoint === undefined;
  const tls = options.verifyTls ?? true;
  const agent = {
    maxSockets: 64,
    rejectUnauthorized: tls !== false,
    ...(typeof tls === 'string' ? { ca: await readFile(tls) } : {}),
  };
  return {
    ...(isAws ? { followRegionRedirects: true } : { endpoint: options.endpoint, forcePathStyle: true }),
    ...(await identity(options)),
    region: options.region ?? 'us-east-1',
    // Several S3-compatible servers refuse the checksums that the SDK adds unasked; there the ETag guards what was written.
    requestChecksumCalculation: isAws ? 'WHEN_SUPPORTED' : 'WHEN_REQUIRED',
    responseChecksumValidation: isAws ? 'WHEN_SUPPORTED' : 'WHEN_REQUIRED',
    maxAttempts: options.maxAttempts ?? 5,
    requestHandler: {
      connectionTimeout: options.connectTimeoutMs ?? 10_000,
      socketTimeout: options.readTimeoutMs ?? 60_000,
      httpAgent: { maxSockets: agent.maxSockets },
      httpsAgent: agent,
    },
  };
}

async function identity(options: Omit<S3Location, 'kind'>): Promise<S3ClientConfig> {
  if (options.anonymous === true) {
    return { credentials: { accessKeyId: '', secretAccessKey: '' }, signer: { sign: async (request) => request } };
  }
  if (options.credentials !== undefined) return { credentials: options.credentials };
  if (options.credentialsFile !== undefined) {
    const credentials = sharedCredentials(await readFile(options.credentialsFile, 'utf8'), options.profile ?? 'default');
    if (credentials !== undefined) return { credentials };
    throw new MillwrightError(
      'CONFIG_INVALID',
      `no keys of profile ${options.profile ?? 'default'} in ${options.credentialsFile}: add them, or name another profile`,
    );
  }
  return options.profile === undefined ? {} : { profile: options.profile };
}

class S3Blobs implements Blobs {
  readonly #store: S3Store;
  readonly #prefix: string;

  constructor(store: S3Store, prefix: string) {
    this.#store = store;
    this.#prefix = prefix;
  }

  async put(key: string, source: BlobSource, options: PutOptions = {}): Promise<PutResult> {
    checkKey(key);
    return putObject(this.#store, this.#prefix + key, source, options);
  }

  async get(key: string, options: GetOptions = {}): Promise<BlobRead | undefined> {
    checkKey(key);
    return readObject(this.#store, this.#prefix + key, options);
  }

  async stat(key: string): Promise<BlobStat | undefined> {
    checkKey(key);
    return headObject(this.#store, this.#prefix + key);
  }

  async list(prefix: string, options: ListOptions = {}): Promise<BlobPage> {
    checkPrefix(prefix);
    const command = new ListObjectsV2Command({
      Bucket: this.#store.bucket,
      Prefix: this.#prefix + prefix,
      MaxKeys: pageLimit(options),
      ...(options.delimiter === undefined ? {} : { Delimiter: options.delimiter }),
      ...(options.cursor === undefined ? {} : { ContinuationToken: options.cursor }),
    });
    const page = await this.#store.client.send(command).catch((error: unknown) => {
      throw s3Failure(this.#store, this.#prefix + prefix, error);
    });
    const cut = this.#prefix.length;
    const blobs = (page.Contents ?? [])
      // Consoles keep empty "folders" as objects whose key ends in a slash: no blob can have such a key.
      .filter((object) => object.Key !== undefined && !object.Key.endsWith('/') && object.Key.length > cut)
      .map((object) => ({
        key: object.Key!.slice(cut),
        sizeBytes: object.Size ?? 0,
        modifiedMs: object.LastModified?.getTime() ?? 0,
        ...(object.ETag === undefined ? {} : { etag: object.ETag }),
      }));
    const prefixes = (page.CommonPrefixes ?? []).map((entry) => entry.Prefix!.slice(cut));
    const cursor = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    return { blobs, prefixes, ...(cursor === undefined ? {} : { cursor }) };
  }

  async delete(key: string): Promise<void> {
    checkKey(key);
    const { client, bucket } = this.#store;
    try {
      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: this.#prefix + key }));
    } catch (error) {
      if (statusOf(error) !== 404) throw s3Failure(this.#store, this.#prefix + key, error);
    }
  }

  async deletePrefix(prefix: string): Promise<number> {
    checkFolderPrefix(prefix);
    let deleted = 0;
    // From the front each time: what was listed is gone by the next page.
    for (;;) {
      const { blobs } = await this.list(prefix);
      if (blobs.length === 0) return deleted;
      await this.#deleteAll(blobs.map((blob) => blob.key));
      deleted += blobs.length;
    }
  }

  async copy(from: string, to: string): Promise<void> {
    checkKey(from);
    checkKey(to);
    const stat = await this.stat(from);
    if (stat === undefined) throw new MillwrightError('RESOURCE_DOES_NOT_EXIST', `no file ${JSON.stringify(from)} to copy`);
    await copyObject(this.#store, this.#prefix + from, this.#prefix + to, stat);
  }

  async close(): Promise<void> {
    this.#store.client.destroy();
  }

  async #deleteAll(keys: readonly string[]): Promise<void> {
    const { client, bucket } = this.#store;
    const objects = keys.map((key) => ({ Key: this.#prefix + key }));
    const command = new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: objects, Quiet: true } });
    const result = await client.send(command).catch((error: unknown) => {
      throw s3Failure(this.#store, this.#prefix, error);
    });
    const failed = result.Errors?.[0];
    if (failed === undefined) return;
    throw new MillwrightError(
      'TEMPORARILY_UNAVAILABLE',
      `${this.#store.place} could not delete ${JSON.stringify(failed.Key)}: ${failed.Code} ${failed.Message}; run it again`,
    );
  }
}

async function headObject(store: S3Store, key: string): Promise<BlobStat | undefined> {
  try {
    const head = await store.client.send(new HeadObjectCommand({ Bucket: store.bucket, Key: key }));
    return {
      sizeBytes: head.ContentLength ?? 0,
      modifiedMs: head.LastModified?.getTime() ?? 0,
      ...(head.ETag === undefined ? {} : { etag: head.ETag }),
    };
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw s3Failure(store, key, error);
  }
}
