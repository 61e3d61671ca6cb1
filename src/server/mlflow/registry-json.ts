/** Registered models and versions as MLflow's clients read them. */
import type { ModelVersion, RegisteredModel } from '../../registry/index.ts';
import { listJson } from './proto-json.ts';

export function modelJson(model: RegisteredModel): object {
  return {
    name: model.name,
    creation_timestamp: model.createdAt,
    last_updated_timestamp: model.updatedAt,
    description: model.description === '' ? undefined : model.description,
    latest_versions: listJson(model.latestVersions.map(versionJson)),
    tags: listJson(model.tags),
    aliases: listJson(model.aliases.map(({ alias, version }) => ({ alias, version: String(version) }))),
  };
}

export function versionJson(version: ModelVersion): object {
  return {
    name: version.name,
    version: String(version.version),
    creation_timestamp: version.createdAt,
    last_updated_timestamp: version.updatedAt,
    user_id: version.userId,
    current_stage: version.stage,
    description: version.description,
    source: version.source,
    run_id: version.runId ?? '',
    // While its flavours are compared, clients that registered it wait.
    status: version.parity?.state === 'pending' ? 'PENDING_REGISTRATION' : 'READY',
    status_message: version.parity?.message,
    tags: listJson(version.tags),
    run_link: version.runLink ?? '',
    aliases: listJson(version.aliases),
    // MLflow's own server leaves it out; its clients read it where it is there.
    model_id: version.loggedModelId,
  };
}
