/** The Open Inference Protocol v2 over HTTP, with the parts of Triton's repository extension that clients ask for. */
import { MillwrightError } from '../../errors.ts';
import { describeInputs, modelMetadata, repositoryEntry, serverMetadata } from '../../formats/oip/metadata.ts';
import { parseInferRequest, type InferRequest } from '../../formats/oip/parse-infer.ts';
import { writeInferResponse } from '../../formats/oip/write-infer.ts';
import { knownError, retryHeaders } from '../errors.ts';
import { version } from '../../version.ts';
import { answer, type AnswerValue } from '../route.ts';

import type { OpenInferenceRoute } from './routes.ts';
import { predict, type InferenceCall, type Served } from './served.ts';

const model = '/v2/models/:model';
const oneVersion = `${model}/versions/:version`;

/** `{"error": …}`, which is what tritonclient reads. */
function openInferenceError(error: unknown): AnswerValue {
  const known = knownError(error);
  return json({ error: known.message }, known.status, retryHeaders(known));
}

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
  route('POST', '/v2/repository/index', async (directory) =>
    json(
      directory.names().flatMap((name) => {
        const served = directory.find(name);
        return served === undefined ? [] : [repositoryEntry({ name, version: versionOf(served), ready: isReady(served), reason: '' })];
      }),
    ),
  ),
  ...[model, oneVersion].flatMap((url) => [
    route('GET', url, async (directory, params) => json(metadataOf(servedBy(directory, params)))),
    route('POST', `${url}/infer`, async (directory, params, call) => infer(servedBy(directory, params), call)),
    route('GET', `${url}/ready`, async (directory, params) => {
      const served = servedBy(directory, params);
      return json({ name: served.endpoint, ready: isReady(served) }, isReady(served) ? 200 : 503);
    }),
  ]),
];

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
  return answer({ headers, body });
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
  if (served === undefined) throw new MillwrightError('RESOURCE_DOES_NOT_EXIST', `model '${name.slice(0, 128)}' is not served here`);
  if (wanted === undefined || wanted === served.version.version) return served;
  throw new MillwrightError(
    'RESOURCE_DOES_NOT_EXIST',
    `model '${name}' has version ${served.version.version} live, not '${wanted.slice(0, 64)}': leave the version out to get the live one`,
  );
}

function json(value: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): AnswerValue {
  return answer({ status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(value) });
}
