import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { MillwrightError } from '../errors.ts';
import type { Io } from './command.ts';
import { remoteApi } from './remote.ts';
import type { ServerAddress } from './server-address.ts';

/** A registered version, its files copied from the command's server. */
export interface DownloadedModel {
  readonly folder: string;
  readonly label: string;
  readonly name: string;
  readonly version: { readonly name: string; readonly version: string; readonly runId: string | undefined };
}

/** @param model `models:/NAME@ALIAS`, `models:/NAME/VERSION`, `models:/NAME/STAGE`, or an endpoint's name */
export async function downloadModel(model: string, scratch: string, io: Io): Promise<DownloadedModel> {
  const { api, server } = await remoteApi(io);
  const isUri = model.startsWith('models:');
  const { files, name, version, runId } = isUri ? await api.modelFiles({ model }) : await api.modelFiles({ endpoint: model });
  const folder = join(scratch, 'model');
  for (const path of files) await download(server, name, version, path, join(folder, path), io.signal);
  return {
    folder,
    label: `${name}/${version}`,
    name: isUri ? name : model,
    version: { name, version: String(version), runId: runId ?? undefined },
  };
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
