/** The request messages of MLflow's registry calls (model_registry.proto). */
import { bool, int64, nested, repeated, required, text, withDefault } from './proto-fields.ts';
import { message } from './proto-json.ts';

const tags = repeated(nested({ key: text, value: text }));
const name = required(text);
const version = required(text);

export const createModel = message({ name, tags, description: text, deployment_job_id: text });
export const modelRef = message({ name });
export const renameModel = message({ name, new_name: required(text) });
export const updateModel = message({ name, description: text, deployment_job_id: text });
export const searchModels = message({
  filter: withDefault(text, ''),
  max_results: withDefault(int64, 100),
  order_by: repeated(text),
  page_token: withDefault(text, ''),
});
export const latestVersions = message({ name, stages: repeated(text) });
export const setModelTag = message({ name, key: required(text), value: text });
export const deleteModelTag = message({ name, key: required(text) });

export const createVersion = message({
  name,
  source: required(text),
  run_id: text,
  tags,
  run_link: text,
  description: text,
  model_id: text,
});
export const versionRef = message({ name, version });
export const updateVersion = message({ name, version, description: text });
export const transition = message({ name, version, stage: required(text), archive_existing_versions: bool });
export const searchVersions = message({
  filter: withDefault(text, ''),
  max_results: withDefault(int64, 200_000),
  order_by: repeated(text),
  page_token: withDefault(text, ''),
});
export const setVersionTag = message({ name, version, key: required(text), value: text });
export const deleteVersionTag = message({ name, version, key: required(text) });

export const setAlias = message({ name, alias: required(text), version });
export const aliasRef = message({ name, alias: required(text) });
