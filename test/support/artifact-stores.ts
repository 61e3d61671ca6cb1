import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ListMultipartUploadsCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { startPostgres } from './postgres.ts';
import { startSeaweedFs } from './seaweedfs.ts';
import { startTestServer, type TestServer } from './server.ts';

/** What a server of one machine stands on, and what a scaled one does. */
export const artifactStores = ['a folder and SQLite', 'S3 and PostgreSQL'] as const;

export interface StoreServer extends TestServer {
  /** Every file of the artifacts as the store itself tells it, also half-written ones. */
  stored(): Promise<readonly string[]>;
  /** Stops it and what it stands on. */
  remove(): Promise<void>;
}

export async function startStoreServer(store: (typeof artifactStores)[number]): Promise<StoreServer> {
  return store === 'a folder and SQLite' ? onFolder() : onS3();
}

async function onFolder(): Promise<StoreServer> {
  const server = await startTestServer();
  const root = join(server.stateDirectory, 'artifacts');
  return {
    ...server,
    stored: async () =>
      readdirSync(root, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1)),
    remove: async () => void (await server.stop()),
  };
}

async function onS3(): Promise<StoreServer> {
  const bucket = 'artifacts';
  const [seaweed, postgres] = await Promise.all([startSeaweedFs(), startPostgres()]);
  await seaweed.createBucket(bucket);
  const server = await startTestServer({
    env: {
      MILLWRIGHT_DATABASE_URL: postgres.url,
      MILLWRIGHT_ARTIFACTS_URL: `s3://${bucket}/below/it`,
      MILLWRIGHT_S3_ENDPOINT: seaweed.endpoint,
      AWS_ACCESS_KEY_ID: seaweed.accessKeyId,
      AWS_SECRET_ACCESS_KEY: seaweed.secretAccessKey,
    },
  });
  return {
    ...server,
    async stored() {
      const objects = await seaweed.client.send(new ListObjectsV2Command({ Bucket: bucket }));
      const begun = await seaweed.client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
      return [...(objects.Contents ?? []).map(({ Key }) => Key!), ...(begun.Uploads ?? []).map(({ Key }) => `${Key} (begun)`)];
    },
    async remove() {
      await server.stop();
      await Promise.all([seaweed.stop(), postgres.stop()]);
    },
  };
}
