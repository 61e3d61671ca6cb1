import { MillwrightError } from '../errors.ts';
import type { RecordSettings } from '../predictions/index.ts';
import { canonicalStage, checkAlias, checkModelName, versionNumber } from '../registry/index.ts';

export type FollowedKind = 'alias' | 'stage' | 'version';

/** What an endpoint serves: the version that a name stands on, or one version for good. */
export interface Followed {
  readonly model: string;
  readonly kind: FollowedKind;
  readonly name: string;
}

export interface EndpointSettings {
  /** `auto` serves ONNX where the model has it and it answers as the other flavour does. */
  readonly runtime: 'auto' | 'onnx' | 'python_function';
  readonly workers: number;
  readonly queue: number;
  readonly timeoutMs: number;
  readonly memoryBytes: number;
  readonly batchRows: number;
}

export const defaultSettings: EndpointSettings = {
  runtime: 'auto',
  workers: 1,
  queue: 256,
  timeoutMs: 60_000,
  memoryBytes: 2 * 1024 ** 3,
  batchRows: 1024,
};

export interface Endpoint {
  readonly workspaceId: number;
  readonly name: string;
  readonly project: string;
  readonly follows: Followed;
  readonly settings: EndpointSettings;
  readonly records: RecordSettings;
  readonly pinned:
    | {
        readonly version: number;
        /** Id of the last decision about the followed name when it was rolled back. */ readonly over: string;
        readonly by: string;
        readonly reason: string;
      }
    | undefined;
  readonly updatedAt: number;
  readonly updatedBy: string;
}

/** `proving` is being tried apart; of one endpoint at most one is `live`. `given up`: what was to be served changed first, or the server ended. */
export type DeploymentState = 'proving' | 'live' | 'retired' | 'failed' | 'given up';

/** One version that an endpoint was given. */
export interface Deployment {
  readonly id: string;
  readonly endpoint: string;
  readonly model: string;
  readonly version: number;
  readonly state: DeploymentState;
  readonly flavor: string | undefined;
  /** Why this version: the alias moved, a rollback, … */
  readonly reason: string;
  readonly actor: string;
  readonly message: string | undefined;
  readonly log: string | undefined;
  readonly createdAt: number;
  readonly liveAt: number | undefined;
  readonly endedAt: number | undefined;
}

/**
 * `models:/NAME@ALIAS`, `models:/NAME/VERSION`, `models:/NAME/STAGE`, `models:/NAME/latest`. What no version can ever stand
 * under is refused here, where somebody reads the message.
 * @throws INVALID_PARAMETER_VALUE
 */
export function parseModelUri(uri: string): Followed {
  const [, model, separator, name] = /^models:\/([^/@]+)([@/])([^/@]+)$/.exec(uri) ?? [];
  if (model === undefined || separator === undefined || name === undefined) {
    throw new MillwrightError(
      'INVALID_PARAMETER_VALUE',
      `'${uri.slice(0, 200)}' names no registered model: write models:/NAME@ALIAS, models:/NAME/VERSION or models:/NAME/STAGE`,
    );
  }
  checkModelName(model);
  if (name.toLowerCase() === 'latest') return { model, kind: 'alias', name: 'latest' };
  if (separator === '@') {
    checkAlias(name);
    return { model, kind: 'alias', name };
  }
  if (!/^\d+$/.test(name)) return { model, kind: 'stage', name: stageOf(model, name) };
  const version = versionNumber(name);
  if (version !== 0) return { model, kind: 'version', name: String(version) };
  throw new MillwrightError('INVALID_PARAMETER_VALUE', `'${uri.slice(0, 200)}' names no version: they count from 1`);
}

function stageOf(model: string, name: string): string {
  try {
    return canonicalStage(name);
  } catch (error) {
    const message = `'models:/${model}/${name}' is neither a version nor a stage: an alias is written models:/${model}@${name}`;
    throw new MillwrightError('INVALID_PARAMETER_VALUE', message, { cause: error });
  }
}

export function modelUriOf({ model, kind, name }: Followed): string {
  return `models:/${model}${kind === 'alias' ? '@' : '/'}${name}`;
}

const namePattern = /^[a-zA-Z0-9](?:[a-zA-Z0-9._-]{0,126}[a-zA-Z0-9])?$/;

/** Names stand in URLs, in OIP's paths and in folders. @throws INVALID_PARAMETER_VALUE */
export function checkEndpointName(name: string): void {
  if (namePattern.test(name)) return;
  throw new MillwrightError(
    'INVALID_PARAMETER_VALUE',
    `'${name.slice(0, 200)}' is no name of an endpoint: use letters, digits, '.', '_' and '-', at most 128, beginning and ending with a letter or digit`,
  );
}

export function endpointNotFound(name: string): MillwrightError {
  return new MillwrightError(
    'RESOURCE_DOES_NOT_EXIST',
    `no endpoint is called '${name.slice(0, 200)}': \`millwright endpoints list\` shows those that are there`,
  );
}
