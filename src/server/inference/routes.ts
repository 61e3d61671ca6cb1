import type { AnswerValue, Call, Route } from '../route.ts';
import type { RepositoryModel } from '../../formats/oip/metadata.ts';
import { describeEndpoints } from '../endpoint-standing.ts';
import { deploymentRoutes } from './deployments.ts';
import { docs, docsError } from './docs.ts';
import { decompress } from './content-encoding.ts';
import { otherMethods } from './methods.ts';
import { openInference } from './open-inference.ts';
import { scoringError } from './errors.ts';
import { executionParameters, invocations, openApi, ping, version } from './scoring.ts';
import { requestIdOf } from './request-id.ts';
import { repositoryModel } from './repository-model.ts';
import { whyNotServed } from './not-served.ts';
import { inferenceBodyLimitBytes, NotServed, type InferenceCall, type Served } from './served.ts';

const base = '/endpoints/:name';
const scoring = { action: 'predict', onError: scoringError } as const;

/** Every endpoint on the server's own port; `millwright serve` answers the same at the root of another. */
const routes: readonly Route[] = [
  ...deploymentRoutes,
  {
    ...scoring,
    method: 'POST',
    url: `${base}/invocations`,
    body: 'bytes',
    bodyLimitBytes: inferenceBodyLimitBytes,
    handler: async (call) => invocations(servedBy(call), await inferenceCall(call)),
  },
  { ...scoring, method: 'GET', url: `${base}/ping`, body: 'none', handler: async (call) => ping(servedBy(call)) },
  { ...scoring, method: 'GET', url: `${base}/health`, body: 'none', handler: async (call) => ping(servedBy(call)) },
  { ...scoring, method: 'GET', url: `${base}/version`, body: 'none', handler: async (call) => version(servedBy(call)) },
  {
    ...scoring,
    method: 'GET',
    url: `${base}/openapi.json`,
    body: 'none',
    handler: async (call) => openApi(servedBy(call), prefixOf(call), call.headers.host),
  },
  {
    ...scoring,
    method: 'GET',
    url: `${base}/docs`,
    body: 'none',
    onError: docsError,
    handler: async (call) => docs(servedBy(call), prefixOf(call), call.headers.host),
  },
  {
    ...scoring,
    method: 'GET',
    url: `${base}/execution-parameters`,
    body: 'none',
    async handler(call) {
      servedBy(call);
      return executionParameters();
    },
  },
  ...openInference.map(({ method, url, handler, onError }): Route => ({
    method,
    url,
    action: 'predict',
    body: method === 'POST' ? 'bytes' : 'none',
    bodyLimitBytes: inferenceBodyLimitBytes,
    onError,
    async handler(call) {
      const other = url.endsWith('*') ? otherMethods(openInference, call.method, call.path) : undefined;
      if (other !== undefined) throw other.error;
      return handler(directoryOf(call), call.params, await inferenceCall(call));
    },
  })),
];

export const inferenceRoutes: readonly Route[] = routes.map((route) => ({
  ...route,
  async handler(call) {
    try {
      return await route.handler(call);
    } catch (error) {
      throw await whyNotServed(call, error);
    }
  },
}));

/** What the Open Inference Protocol asks of a server: its models by name. */
export interface Directory {
  find(name: string): Served | undefined;
  names(): readonly string[];
  /** What is there, also what is not ready. */
  index(): Promise<readonly RepositoryModel[]>;
}

export interface OpenInferenceRoute {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly onError: NonNullable<Route['onError']>;
  readonly handler: (directory: Directory, params: Readonly<Record<string, string>>, call: InferenceCall) => Promise<AnswerValue>;
}

function directoryOf(call: Call): Directory {
  return {
    find: (name) => findServed(call, name),
    names: () => call.app.endpoints.names(call.principal),
    index: async () => (await describeEndpoints(call)).map(repositoryModel),
  };
}

function prefixOf({ params }: Call): string {
  return `/endpoints/${encodeURIComponent(params['name']!)}`;
}

function servedBy(call: Call): Served {
  const name = call.params['name']!;
  const served = findServed(call, name);
  if (served === undefined) throw new NotServed(name);
  return served;
}

function findServed({ app, principal }: Call, name: string): Served | undefined {
  const generation = app.endpoints.find(principal, name);
  if (generation === undefined) return undefined;
  const { version: found } = generation;
  return {
    endpoint: name,
    workspaceId: principal.workspaceId,
    model: generation,
    version: { name: found.name, version: String(found.version), runId: found.runId },
    records: app.records,
    statistics: generation.statistics,
  };
}

async function inferenceCall({ app, headers, body, signal }: Call): Promise<InferenceCall> {
  const sent = body instanceof Uint8Array ? body : new Uint8Array();
  return {
    headers,
    body: await decompress(sent, headers['content-encoding'], inferenceBodyLimitBytes),
    signal,
    requestId: requestIdOf(headers) ?? app.ids.uuid7(),
  };
}
