import type { Principal, Scope } from '../access/index.ts';
import { artifactPathOf, artifactKey, findArtifactOwner, type ArtifactOwner } from '../tracking/index.ts';
import { MillwrightError } from '../errors.ts';
import type { ModelVersion } from './model.ts';
import { modelNotFound, versionNotFound, versionNumber, type Tag } from './names.ts';
import type { RegistryContext } from './promote.ts';
import { hasTwin } from './has-twin.ts';
import { findVersion, findVersionByAlias, latestVersions } from './queries.ts';
import type { ParityStart } from './parity-writes.ts';
import { parseSource, unidentified, type Source, type VersionReference } from './source.ts';
import { createVersion as insertVersion } from './writes.ts';

export interface VersionRequest {
  readonly name: string;
  readonly source: string;
  /** Of the run or logged model that the source belongs to. */
  readonly runId: string | undefined;
  readonly modelId: string | undefined;
  readonly runLink: string | undefined;
  readonly description: string | undefined;
  readonly tags: readonly Tag[];
}

/** Registers what `source` names, after finding where its files are. @throws INVALID_PARAMETER_VALUE for a source that may not be named */
export async function createVersion(ctx: RegistryContext, principal: Principal, request: VersionRequest): Promise<ModelVersion> {
  const resolved = await resolve(ctx, principal, request, parseSource(request.source));
  return ctx.db.write(insertVersion, {
    scope: { workspaceId: principal.workspaceId },
    actor: principal.name,
    now: ctx.clock.now(),
    eventId: ctx.ids.uuid7(),
    name: request.name,
    runLink: request.runLink,
    description: request.description,
    tags: request.tags,
    ...resolved,
    parity: await parityStart(ctx, principal, resolved),
  });
}

/** A comparison runs the model, and installs what it asks for: nobody has the server do so without a token (DESIGN §9). */
async function parityStart(ctx: RegistryContext, principal: Principal, resolved: Resolved): Promise<ParityStart | undefined> {
  if (resolved.copyOf !== undefined) return { copyOf: resolved.copyOf };
  if (!(await hasTwin(ctx.blobs, principal, resolved.storageLocation))) return undefined;
  return principal.role === 'local' ? 'leave' : 'check';
}

interface Resolved {
  readonly source: string;
  readonly storageLocation: string;
  readonly runId: string | undefined;
  readonly loggedModelId: string | undefined;
  readonly copyOf?: { readonly name: string; readonly version: number };
}

async function resolve(ctx: RegistryContext, scope: Scope, request: VersionRequest, parsed: Source): Promise<Resolved> {
  const { source, runId, modelId } = request;
  switch (parsed.kind) {
    case 'model version':
      return inherit(ctx, scope, request, parsed.name, parsed.reference);
    case 'logged model': {
      if (modelId === undefined || modelId !== parsed.modelId) throw unidentified(source, 'model_id');
      const model = await ownerOf(ctx, scope, request, modelId, 'model_id');
      return { source, storageLocation: model.artifactUri, runId: runId ?? model.runId, loggedModelId: modelId };
    }
    case 'run': {
      if (modelId !== undefined) throw unidentified(source, 'model_id');
      if (runId !== parsed.runId) throw unidentified(source, 'run_id');
      const run = await ownerOf(ctx, scope, request, runId, 'run_id');
      return { source, storageLocation: await locateInRun(ctx, scope, run, source, parsed.path), runId, loggedModelId: undefined };
    }
    case 'artifacts': {
      const parameter = modelId === undefined ? 'run_id' : 'model_id';
      const owner = await ownerOf(ctx, scope, request, modelId ?? runId, parameter);
      if (!liesBelow(source, owner.artifactUri)) throw unidentified(source, parameter);
      return { source, storageLocation: source, runId: runId ?? owner.runId, loggedModelId: modelId };
    }
    case 'remote': {
      const owner = modelId === undefined ? undefined : await ownerOf(ctx, scope, request, modelId, 'model_id');
      return { source, storageLocation: source, runId: runId ?? owner?.runId, loggedModelId: modelId };
    }
  }
}

async function ownerOf(
  ctx: RegistryContext,
  scope: Scope,
  request: VersionRequest,
  id: string | undefined,
  parameter: 'run_id' | 'model_id',
): Promise<ArtifactOwner> {
  const owner = id === undefined ? undefined : await ctx.db.read(findArtifactOwner, { scope, id });
  const kind = parameter === 'run_id' ? 'run' : 'logged_model';
  if (owner === undefined || owner.kind !== kind || (owner.deleted && kind === 'logged_model'))
    throw unidentified(request.source, parameter);
  return owner;
}

/**
 * A run's own artifacts where there are some at the path. Else the URI itself: `runs:/<run>/<name>` may mean a logged
 * model of the run, which clients find.
 */
async function locateInRun(ctx: RegistryContext, scope: Scope, run: ArtifactOwner, source: string, path: string): Promise<string> {
  const location = path === '' ? run.artifactUri : `${run.artifactUri.replace(/\/+$/, '')}/${path}`;
  const stored = artifactPathOf(location);
  if (stored === undefined) return location;
  const page = await ctx.blobs.list(`${artifactKey(scope, stored)}/`, { limit: 1 });
  return page.blobs.length > 0 ? location : source;
}

function liesBelow(source: string, root: string): boolean {
  const path = artifactPathOf(source);
  const rootPath = artifactPathOf(root);
  return path !== undefined && rootPath !== undefined && rootPath !== '' && (path === rootPath || path.startsWith(`${rootPath}/`));
}

/** A version made from a version: same files, same run and logged model. */
async function inherit(
  ctx: RegistryContext,
  scope: Scope,
  request: VersionRequest,
  name: string,
  reference: VersionReference,
): Promise<Resolved> {
  const origin = await findReferenced(ctx, scope, name, reference);
  const { runId, modelId } = request;
  if ((runId !== undefined && runId !== (origin.runId ?? '')) || (modelId !== undefined && modelId !== (origin.loggedModelId ?? ''))) {
    throw new MillwrightError(
      'INVALID_PARAMETER_VALUE',
      `Invalid model version source: '${request.source}'. The run_id and model_id request parameters must match the referenced model version.`,
    );
  }
  return {
    source: `models:/${name}/${origin.version}`,
    storageLocation: origin.storageLocation,
    runId: origin.runId,
    loggedModelId: origin.loggedModelId,
    copyOf: { name, version: origin.version },
  };
}

async function findReferenced(ctx: RegistryContext, scope: Scope, name: string, reference: VersionReference): Promise<ModelVersion> {
  switch (reference.kind) {
    case 'version': {
      const version = versionNumber(reference.version);
      const found = await ctx.db.read(findVersion, { scope, name, version });
      if (found === undefined) throw versionNotFound(name, reference.version);
      return found;
    }
    case 'alias': {
      const found = await ctx.db.read(findVersionByAlias, { scope, name, alias: reference.alias });
      if (found === undefined) throw aliasNotFound(name, reference.alias);
      return found;
    }
    case 'stage': {
      const found = (await ctx.db.read(latestVersions, { scope, name, stages: [reference.stage] })).at(-1);
      if (found === undefined) throw modelNotFound(`${name}/${reference.stage}`);
      return found;
    }
  }
}

/** With MLflow's codes: a missing alias is a wrong parameter, a missing `latest` a missing thing. */
export function aliasNotFound(name: string, alias: string): MillwrightError {
  if (alias.toLowerCase() === 'latest')
    return new MillwrightError('RESOURCE_DOES_NOT_EXIST', `Latest version not found for model ${name}.`);
  return new MillwrightError('INVALID_PARAMETER_VALUE', `Registered model alias ${alias} not found.`);
}
