/** MLflow's scoring protocol, which is that of SageMaker's containers too. */
import type { IncomingHttpHeaders } from 'node:http';
import { availableParallelism } from 'node:os';
import { endpointDocument } from '../../formats/endpoint-openapi/document.ts';
import { acceptedType, type AnswerType } from '../../formats/scoring/accept.ts';
import { describeInputs } from '../../formats/oip/metadata.ts';
import { parseInvocation } from '../../formats/scoring/parse-invocation.ts';
import { predictionsJson, writeCsv, writeJsonLines, writePredictions } from '../../formats/scoring/write-predictions.ts';
import type { ModelOutput } from '../../formats/tensor/tensor.ts';
import { answer, type AnswerValue } from '../route.ts';
import { inferenceBodyLimitBytes, predict, versionHeaders, type InferenceCall, type Served } from './served.ts';

/** `POST …/invocations` */
export async function invocations(served: Served, call: InferenceCall): Promise<AnswerValue> {
  let unwrapped = false;
  const output = await predict(served, call, 'mlflow', () => {
    const { signature, runtime } = served.model;
    const invocation = parseInvocation(call.body, call.headers['content-type'], signature, runtime.inputs);
    unwrapped = invocation.unwrapped;
    return invocation;
  });
  const type = acceptedType(call.headers.accept);
  return answer({
    headers: { 'content-type': type, 'x-request-id': call.requestId, ...versionHeaders(served), ...echoed(call.headers) },
    body: writeAnswer(type, output, unwrapped),
  });
}

function writeAnswer(type: AnswerType, output: ModelOutput, unwrapped: boolean): string {
  if (type === 'text/csv') return writeCsv(output);
  if (type === 'application/jsonlines') return writeJsonLines(output);
  return unwrapped ? predictionsJson(output) : writePredictions(output);
}

const customAttributes = 'x-amzn-sagemaker-custom-attributes';

/** SageMaker's clients find in the answer what they sent along, such as an id for their own traces. */
function echoed(headers: IncomingHttpHeaders): Record<string, string> {
  const given = headers[customAttributes];
  return typeof given === 'string' && /^[\x20-\x7e]{1,1024}$/.test(given) ? { [customAttributes]: given } : {};
}

/** `GET …/execution-parameters`: what SageMaker's batch transform sends at once where the job does not say. */
export function executionParameters(): AnswerValue {
  const concurrent = Math.min(16, availableParallelism());
  // SageMaker takes no more than 100 MB of both together.
  const megabytes = Math.min(inferenceBodyLimitBytes / 1024 ** 2, Math.floor(100 / concurrent));
  const body = JSON.stringify({ MaxConcurrentTransforms: concurrent, BatchStrategy: 'MULTI_RECORD', MaxPayloadInMB: megabytes });
  return answer({ headers: { 'content-type': 'application/json' }, body });
}

/** `GET …/ping`, `…/health`: 200 while the model is ready, else 503. */
export function ping(served: Served): AnswerValue {
  const { ready } = served.model.runtime.stats();
  return answer({ status: ready ? 200 : 503, headers: { 'content-type': 'application/json', ...versionHeaders(served) }, body: '\n' });
}

/** `GET …/version`: the version of MLflow that saved the model, as MLflow's own server answers. */
export function version(served: Served): AnswerValue {
  return answer({ headers: { 'content-type': 'text/plain; charset=utf-8' }, body: served.model.mlflowVersion ?? '' });
}

/** `GET …/openapi.json`: OpenAPI 3.1 of this endpoint, made from the signature of the version that is live. */
export function openApi(served: Served, prefix: string, host: string | undefined): AnswerValue {
  return answer({ headers: { 'content-type': 'application/json' }, body: JSON.stringify(documentOf(served, prefix, host)) });
}

export function documentOf(served: Served, prefix: string, host: string | undefined): Record<string, unknown> {
  const { signature, example, runtime } = served.model;
  return endpointDocument({
    endpoint: served.endpoint,
    version: served.version.version === '' ? undefined : served.version.version,
    signature,
    example,
    url: `http://${host ?? '127.0.0.1'}`,
    prefix,
    inputs: describeInputs(signature, runtime.inputs),
    outputs: runtime.outputs,
  });
}
