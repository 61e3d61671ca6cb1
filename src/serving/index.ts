export {
  defaultSettings,
  endpointNotFound,
  modelUriOf,
  parseModelUri,
  type Deployment,
  type Endpoint,
  type EndpointSettings,
} from './endpoint.ts';
export { checkParity, type ParityChecks } from './check-parity.ts';
export type { Generation } from './deploy.ts';
export { createHost, type EndpointHost } from './host.ts';
export { loadModel, type LoadedModel } from './load-model.ts';
export { findModelFile, listModelFiles } from './model-files.ts';
export type { Preparation } from './preparation.ts';
export { describeEndpoints, type RunningVersion } from './describe-endpoints.ts';
export { deploymentAt, endpointsFollowing, findDesired, findEndpoint, findFollowed, listDeployments } from './queries.ts';
export { problemOf, stateOf, type EndpointFacts } from './standing.ts';
export { slotMs, type VersionStatistics } from './statistics.ts';
export { watchRecordSettings, type RecordSettingsWatch } from './record-settings.ts';
export { declareEndpoints, deployEndpoint, removeEndpoint, rollBackEndpoint, type EndpointDeclaration } from './writes.ts';
