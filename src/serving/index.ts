export {
  defaultSettings,
  endpointNotFound,
  modelUriOf,
  parseModelUri,
  type Deployment,
  type Endpoint,
  type EndpointSettings,
} from './endpoint.ts';
export { createHost, type EndpointHost, type Generation } from './host.ts';
export { loadModel, type LoadedModel } from './load-model.ts';
export { findModelFile, listModelFiles } from './model-files.ts';
export { findEndpoint, findFollowed, listDeployments, listEndpoints } from './queries.ts';
export { declareEndpoints, removeEndpoint, rollBackEndpoint, type EndpointDeclaration } from './writes.ts';
