/** HTTP out: the POST of the hot path, calls to APIs, the target guard, limits, and outcomes as values. */
export { type ApiClient, openApiClient } from './open-api-client.js';
export { type Client, type ClientOptions, openClient, type PostOptions, type PostRequest } from './open-client.js';
export { privateKindOf } from './private-addresses.js';
export { guardTargets } from './target-guard.js';
