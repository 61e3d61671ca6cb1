import type { IncomingHttpHeaders } from 'node:http';
import { errorTable, MillwrightError } from '../../errors.ts';
import type { ModelInput, ModelOutput } from '../../formats/tensor/tensor.ts';
import { recordedInput, type InferenceRecord, type RecordSink } from '../../predictions/index.ts';
import type { LoadedModel, VersionStatistics } from '../../serving/index.ts';
import { knownError } from '../errors.ts';

/** Bodies of requests for predictions: as SageMaker's real-time limit of 6 MB, and some room. */
export const inferenceBodyLimitBytes = 16 * 1024 * 1024;

/** An endpoint as the inference routes see it, on the server and in a container of its own alike. */
export interface Served {
  readonly endpoint: string;
  readonly workspaceId: number;
  readonly model: LoadedModel;
  readonly version: { readonly name: string; readonly version: string; readonly runId: string | undefined };
  /** Undefined where no records are kept. */
  readonly records: RecordSink | undefined;
  /** Undefined where nobody asks for them. */
  readonly statistics: VersionStatistics | undefined;
}

/** One request for predictions, its body read. */
export interface InferenceCall {
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
  readonly signal: AbortSignal;
  readonly requestId: string;
}

/**
 * Runs the model and keeps the record before anybody hears of the answer; a refusal is kept, too.
 * @param read body → input; throws where it does not fit
 */
export async function predict(
  served: Served,
  call: InferenceCall,
  protocol: InferenceRecord['protocol'],
  read: () => { readonly input: ModelInput; readonly requestId?: string | undefined },
): Promise<ModelOutput> {
  const at = Date.now();
  const begun = performance.now();
  let { requestId } = call;
  let input: ModelInput | undefined;
  const keep = async (status: number, output: ModelOutput | undefined, error: InferenceRecord['error']): Promise<void> => {
    await served.records?.append({
      workspaceId: served.workspaceId,
      requestId,
      endpoint: served.endpoint,
      model: served.version,
      at,
      latencyMs: performance.now() - begun,
      status,
      protocol,
      input: input && recordedInput(input),
      output,
      error,
    });
  };
  let status = 500;
  try {
    let output: ModelOutput;
    try {
      const request = read();
      input = request.input;
      requestId = request.requestId ?? requestId;
      output = await served.model.runtime.predict(input, call.signal);
    } catch (error) {
      const known = knownError(error);
      const { code, message, details } = known;
      status = errorTable[code].status;
      await keep(status, undefined, { code, message });
      throw new MillwrightError(code, message, { cause: known.cause ?? known, details: { ...details, requestId } });
    }
    await keep(200, output, undefined);
    status = 200;
    return output;
  } finally {
    served.statistics?.observe(status, performance.now() - begun, Date.now());
  }
}

/** Nothing answers under this name. */
export class NotServed extends MillwrightError {
  readonly endpoint: string;

  constructor(endpoint: string) {
    super('RESOURCE_DOES_NOT_EXIST', `no endpoint '${endpoint.slice(0, 128)}' is here: \`millwright endpoints list\` shows those that are`);
    this.endpoint = endpoint;
  }
}

/** Which version answered: the way back without asking anybody. A folder that is served has none. */
export function versionHeaders({ version: { name, version: number } }: Served): Record<string, string> {
  return { 'x-millwright-model': `${encodeURIComponent(name)}${number === '' ? '' : `/${number}`}` };
}
