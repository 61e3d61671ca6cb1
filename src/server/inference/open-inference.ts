/** The Open Inference Protocol v2 over HTTP, with the parts of Triton's repository extension that clients ask for. */
import { MillwrightError } from '../../errors.ts';
import { describeInputs, modelMetadata, repositoryIndex, serverMetadata } from '../../formats/oip/metadata.ts';
import { decodeBody, parseBody } from '../../formats/scoring/json-body.ts';
import { isObject } from '../../formats/scoring/table.ts';
import { parseInferRequest, type InferRequest } from '../../formats/oip/parse-infer.ts';
import { writeInferResponse } from '../../formats/oip/write-infer.ts';
import { version } from '../../version.ts';
import { answer, type AnswerValue } from '../route.ts';
import { openInferenceError } from './errors.ts';
import { requestIdHeader } from './request-id.ts';
import type { OpenInferenceRoute } from './routes.ts';
import { NotServed, predict, versionHeaders, type InferenceCall, type Served } from './served.ts';

const model = '/v2/models/:model';
const oneVersion = `${model}/versions/:version`;

function route(method: OpenInferenceRoute['method'], url: string, handler: OpenInferenceRoute['handler']): OpenInferenceRoute {
  return { method, url, onError: openInferenceError, handler };
}

export const openInference: readonly OpenInferenceRoute[] = [
  route('GET', '/v2', async () => json(serverMetadata(version))),
  route('GET', '/v2/', async () => json(serverMetadata(version))),
  route('GET', '/v2/health/live', async () => json({ live: true })),
  route('GET', '/v2/health/ready', async (directory) => {
    const ready = directory.names().every((name) => directory.find(name)?.model.runtime.stats().ready === true);
    return json({ ready }, ready ? 200 : 503);
  }),
  route('GET', '/v2/models', async (directory) => json({ models: directory.names() })),
  route('POST', '/v2/repository/index', async (directory, _params, { body }) => {
    const onlyReady = asksForReady(body);
    const models = await directory.index();
    return json(repositoryIndex(onlyReady ? models.filter(({ state }) => state === 'READY') : models));
  }),
  route('POST', '/v2/repository/models/:model/load', async (directory, params, { body }) => load(servedBy(directory, params), body)),
  route('POST', '/v2/repository/models/:model/unload', async (directory, params) => {
    const name = servedBy(directory, params).endpoint;
    const remedy = `who may change endpoints ends it with \`millwright endpoints remove ${name}\`; \`millwright serve\` ends with its process`;
    throw new MillwrightError('PERMISSION_DENIED', `'${name}' is not unloaded by those who ask it for predictions: ${remedy}`);
  }),
  ...[model, oneVersion].flatMap((url) => [
    route('GET', url, async (directory, params) => json(metadataOf(servedBy(directory, params)))),
    route('POST', `${url}/infer`, async (directory, params, call) => infer(servedBy(directory, params), call)),
    route('GET', `${url}/ready`, async (directory, params) => {
      const served = servedBy(directory, params);
      return json({ name: served.endpoint, ready: isReady(served) }, isReady(served) ? 200 : 503);
    }),
  ]),
  ...(['GET', 'POST'] as const).map((method) => route(method, '/v2/*', notThere)),
];

/** What other servers of this protocol have and this one has not; its clients read the protocol's own error. */
async function notThere(): Promise<never> {
  const known = 'the metadata, ready and infer of a model, health, and the repository index';
  throw new MillwrightError('ENDPOINT_NOT_FOUND', `no such route of the Open Inference Protocol here: there are ${known}`);
}

/** `{"ready": true}` lists those alone that are ready. */
function asksForReady(body: Uint8Array): boolean {
  const request = body.length === 0 ? {} : parseBody(decodeBody(body), { exact: false });
  const ready = isObject(request) ? (request['ready'] ?? false) : undefined;
  if (typeof ready === 'boolean') return ready;
  throw new MillwrightError('INPUT_INVALID', `the body is no request for an index: leave it out, or send {"ready": true}`);
}

/** What an endpoint loads follows from the name that it stands on: here it is only told whether that is done. */
function load(served: Served, body: Uint8Array): AnswerValue {
  const request = body.length === 0 ? {} : parseBody(decodeBody(body), { exact: false });
  const parameters = isObject(request) ? (request['parameters'] ?? {}) : undefined;
  if (!isObject(parameters) || Object.keys(parameters).length > 0) {
    const remedy = `declare its settings in millwright.yaml and leave "parameters" out`;
    throw new MillwrightError('INPUT_INVALID', `'${served.endpoint}' is not configured by those who ask it for predictions: ${remedy}`);
  }
  if (isReady(served)) return json({});
  throw new MillwrightError('TEMPORARILY_UNAVAILABLE', `'${served.endpoint}' is being loaded: ask again`);
}

function metadataOf(served: Served): object {
  const { runtime, signature } = served.model;
  return modelMetadata({
    name: served.endpoint,
    version: versionOf(served),
    platform: runtime.flavor === 'onnx' ? 'onnx_onnxv1' : 'python_function',
    inputs: describeInputs(signature, runtime.inputs),
    outputs: runtime.outputs,
  });
}

async function infer(served: Served, call: InferenceCall): Promise<AnswerValue> {
  const { runtime, signature } = served.model;
  const header = call.headers['inference-header-content-length'];
  let request: InferRequest | undefined;
  const output = await predict(served, call, 'oip', () => {
    const length = header === undefined ? undefined : Number(header);
    // What curl says of `-d` where nobody says otherwise: KServe's own examples send it.
    const type = call.headers['content-type'];
    request = parseInferRequest(call.body, length, type === 'application/x-www-form-urlencoded' ? undefined : type, {
      signature,
      inputs: runtime.inputs,
      outputs: runtime.outputs,
    });
    return { input: request.input, requestId: request.id };
  });
  const { body, headers } = writeInferResponse({
    model: served.endpoint,
    version: versionOf(served),
    id: request?.id,
    output,
    wanted: request!.wanted,
    outputs: runtime.outputs,
  });
  return answer({ headers: { ...headers, ...requestIdHeader(request?.id ?? call.requestId), ...versionHeaders(served) }, body });
}

/** A folder that is served has no version. */
function versionOf({ version }: Served): string | undefined {
  return version.version === '' ? undefined : version.version;
}

function isReady({ model: { runtime } }: Served): boolean {
  return runtime.stats().ready;
}

/** @throws RESOURCE_DOES_NOT_EXIST for a name or a version that is not live */
function servedBy(directory: Parameters<OpenInferenceRoute['handler']>[0], params: Readonly<Record<string, string>>): Served {
  const name = params['model']!;
  const served = directory.find(name);
  const wanted = params['version'];
  if (served === undefined) throw new NotServed(name);
  if (wanted === undefined || wanted === served.version.version) return served;
  throw new MillwrightError(
    'RESOURCE_DOES_NOT_EXIST',
    `model '${name}' has ${served.version.version === '' ? 'no version' : `version ${served.version.version} live`}, not '${wanted.slice(0, 64)}': leave the version out to get the live one`,
  );
}

function json(value: unknown, status = 200): AnswerValue {
  return answer({ status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) });
}
