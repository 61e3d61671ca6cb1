/** MLflow's scoring protocol, which is that of SageMaker's containers too. */
import { endpointDocument } from '../../formats/endpoint-openapi/document.ts';
import { describeInputs } from '../../formats/oip/metadata.ts';
import { parseInvocation } from '../../formats/scoring/parse-invocation.ts';
import { writePredictions } from '../../formats/scoring/write-predictions.ts';
import { answer, type AnswerValue } from '../route.ts';
import { predict, type InferenceCall, type Served } from './served.ts';

/** `POST …/invocations` */
export async function invocations(served: Served, call: InferenceCall): Promise<AnswerValue> {
  const output = await predict(served, call, 'mlflow', () => ({
    input: parseInvocation(call.body, call.headers['content-type'], served.model.signature),
  }));
  return answer({
    headers: { 'content-type': 'application/json', 'x-request-id': call.requestId, ...versionHeaders(served) },
    body: writePredictions(output),
  });
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
  const { signature, example, runtime } = served.model;
  const document = endpointDocument({
    endpoint: served.endpoint,
    version: served.version.version === '' ? undefined : served.version.version,
    signature,
    example,
    url: `http://${host ?? '127.0.0.1'}`,
    prefix,
    inputs: describeInputs(signature, runtime.inputs),
    outputs: runtime.outputs,
  });
  return answer({ headers: { 'content-type': 'application/json' }, body: JSON.stringify(document) });
}

/** Which version answered: the way back without asking anybody. */
function versionHeaders({ version: { name, version: number } }: Served): Record<string, string> {
  return { 'x-millwright-model': `${encodeURIComponent(name)}/${number}` };
}
