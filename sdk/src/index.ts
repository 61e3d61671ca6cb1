export { ApiError, createCall, type Call, type ClientOptions, type RequestOptions } from './client.ts';
export { millwrightApi, type DatasetVersionId, type DatasetVersionIds } from './millwright.ts';
