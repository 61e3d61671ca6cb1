import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { ModelFiles } from '../api/models.ts';
import { MillwrightError } from '../errors.ts';
import type { Io } from './command.ts';
import { remoteApi } from './remote.ts';
import type { ServerAddress } from './server-address.ts';

export interface ModelFolder {
  readonly folder: string;
  /** For messages: `energy-victoria/3`. */
  readonly label: string;
  readonly version: { readonly name: string; readonly version: string; readonly runId: string | undefined };
}

/** A registered version whose files the server has. */
export interface RegisteredModel {
  readonly server: ServerAddress;
  readonly files: ModelFiles;
}

export type Source = {
  /** After the registered model, the endpoint or the folder. */
  readonly endpoint: string;
  /** What it was taken for, in words. */
  readonly told: string;
} & (
  | { readonly folder: ModelFolder; readonly registered: undefined }
  | { readonly folder: undefined; readonly registered: RegisteredModel }
);

/**
 * What `millwright serve MODEL` means, before anything is opened: a model URI; else a model folder, where one is; else, for a
 * name without a slash, an endpoint of the command's server.
 */
export async function findSource(model: string, io: Io): Promise<Source> {
  if (model.startsWith('models:')) return registered(model, modelOfUri(model), io);
  const folder = resolve(io.cwd, model);
  const isName = !/[/\\]|^\.*$/.test(model);
  if (existsSync(join(folder, 'MLmodel'))) {
    const name = basename(folder);
    const first = isName ? ', which goes before an endpoint of that name' : '';
    const told = `the model folder ${folder}${first}`;
    return {
      endpoint: name,
      told,
      folder: { folder, label: name, version: { name, version: '', runId: undefined } },
      registered: undefined,
    };
  }
  if (isName) return endpoint(model, folder, io);
  throw new MillwrightError(
    'MODEL_INVALID',
    `there is no MLmodel file in ${folder}: name the folder that mlflow's save_model or log_model wrote`,
  );
}

async function registered(uri: string, name: string, io: Io): Promise<Source> {
  const { api, server } = await remoteApi(io);
  const files = await api.modelFiles({ model: uri });
  const told = `${versionOf(files)} (${uri} of ${server.url})`;
  return { endpoint: name, told, folder: undefined, registered: { server, files } };
}

async function endpoint(name: string, folder: string, io: Io): Promise<Source> {
  const noFolder = `'${name}' is no model folder (${join(folder, 'MLmodel')} is not there)`;
  const { api, server } = await remoteApi(io).catch((error: unknown): never => {
    throw refined(error, 'NO_SERVER', (why) => `${noFolder}, and no server can be asked for an endpoint of that name: ${why}`);
  });
  const files = await api.modelFiles({ endpoint: name }).catch((error: unknown): never => {
    const remedy = 'Name a folder with an MLmodel file, an endpoint, or a registered model as models:/NAME@ALIAS';
    throw refined(error, 'RESOURCE_DOES_NOT_EXIST', (why) => `${noFolder}, and at ${server.url} ${why}. ${remedy}`);
  });
  const told = `${versionOf(files)}, the version of the endpoint '${name}' of ${server.url}`;
  return { endpoint: name, told, folder: undefined, registered: { server, files } };
}

/** The same error with what was looked for before. */
function refined(error: unknown, code: MillwrightError['code'], say: (why: string) => string): unknown {
  if (!(error instanceof MillwrightError) || error.code !== code) return error;
  return new MillwrightError(code, say(error.message), { cause: error });
}

function versionOf({ name, version }: ModelFiles): string {
  return `${name}/${version}`;
}

function modelOfUri(uri: string): string {
  const name = /^models:\/([^/@]+)[@/][^/@]+$/.exec(uri)?.[1];
  if (name !== undefined) return name;
  throw new MillwrightError(
    'USAGE',
    `'${uri}' names no registered model: write models:/NAME@ALIAS, models:/NAME/VERSION or models:/NAME/STAGE`,
  );
}
