import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, ListBucketsCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { freePorts } from './free-ports.ts';
import { startServer, untilReady } from './server-process.ts';
import { testProgram } from './test-env.ts';

export interface SeaweedFs {
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** For looking at buckets past the code under test. */
  readonly client: S3Client;
  createBucket(name: string): Promise<void>;
  stop(): Promise<void>;
}

const credentials = { accessKeyId: 'test-access', secretAccessKey: 'test-secret' };

/** A real S3 server on a free loopback port, with one identity and no bucket. */
export async function startSeaweedFs(): Promise<SeaweedFs> {
  const folder = await mkdtemp(join(tmpdir(), 'seaweedfs-'));
  const config = join(folder, 's3.json');
  await mkdir(join(folder, 'data'));
  await writeFile(config, JSON.stringify(identities()));
  // Each server also listens for gRPC on its port + 10000.
  const [master, volume, filer, s3] = await freePorts(4, (port) => port + 10_000 < 65_536);
  const args = ['server', `-dir=${join(folder, 'data')}`, '-ip=127.0.0.1', '-ip.bind=127.0.0.1', `-master.port=${master}`];
  args.push(`-volume.port=${volume}`, `-filer.port=${filer}`, '-s3', `-s3.port=${s3}`, `-s3.config=${config}`);
  args.push('-volume.max=0', '-master.volumeSizeLimitMB=64');
  // Catalogues that nobody asks, on fixed ports: a second server would end on them. The report home is not for tests either.
  args.push('-s3.port.iceberg=0', '-s3.port.lance=0', '-master.telemetry=false');
  const server = startServer(testProgram('weed'), args, join(folder, 'log'), { cwd: folder });
  const endpoint = `http://127.0.0.1:${s3}`;
  const client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials });
  const stop = async (): Promise<void> => {
    client.destroy();
    await server.kill();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await untilReady(server, () => answers(client));
    // Listing buckets works before the volume servers have joined; writing does not.
    await client.send(new CreateBucketCommand({ Bucket: 'probe' }));
    await untilReady(server, () => takesWrites(client));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    endpoint,
    ...credentials,
    client,
    createBucket: async (name) => void (await client.send(new CreateBucketCommand({ Bucket: name }))),
    stop,
  };
}

function identities(): unknown {
  const keys = { accessKey: credentials.accessKeyId, secretKey: credentials.secretAccessKey };
  return { identities: [{ name: 'test', credentials: [keys], actions: ['Admin', 'Read', 'Write', 'List', 'Tagging'] }] };
}

async function answers(client: S3Client): Promise<boolean> {
  return client.send(new ListBucketsCommand({})).then(
    () => true,
    () => false,
  );
}

async function takesWrites(client: S3Client): Promise<boolean> {
  return client.send(new PutObjectCommand({ Bucket: 'probe', Key: 'probe', Body: 'x' })).then(
    () => true,
    () => false,
  );
}
