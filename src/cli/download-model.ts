import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { MillwrightError } from '../errors.ts';
import type { Io } from './command.ts';
import type { ModelFolder, RegisteredModel } from './serve-source.ts';
import type { ServerAddress } from './server-address.ts';

/** The files of a registered version, copied from its server. */
export async function downloadModel({ server, files: listed }: RegisteredModel, scratch: string, io: Io): Promise<ModelFolder> {
  const { files, name, version, runId } = listed;
  const folder = join(scratch, 'model');
  for (const path of files) await download(server, name, version, path, join(folder, path), io.signal);
  return { folder, label: `${name}/${version}`, version: { name, version: String(version), runId: runId ?? undefined } };
}

async function download(
  server: ServerAddress,
  name: string,
  version: number,
  path: string,
  file: string,
  signal: AbortSignal,
): Promise<void> {
  const segments = path.split('/').map(encodeURIComponent).join('/');
  const url = `${server.url}/api/1/models/${encodeURIComponent(name)}/versions/${version}/files/${segments}`;
  const headers = server.token === undefined ? {} : { authorization: `Bearer ${server.token}` };
  const response = await fetch(url, { headers, signal });
  if (!response.ok || response.body === null)
    throw new MillwrightError(
      'TEMPORARILY_UNAVAILABLE',
      `the server answered ${response.status} for the file '${path}' of ${name}/${version}: try again`,
    );
  await mkdir(dirname(file), { recursive: true });
  await pipeline(Readable.fromWeb(response.body as never), createWriteStream(file), { signal });
}
