export { ApiError, createCall, type Call, type ClientOptions, type RequestOptions } from './client.ts';
export { millwrightApi } from './millwright.ts';
