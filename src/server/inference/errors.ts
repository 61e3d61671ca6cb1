/** Refusals in each protocol's own body; what does not fit stands beside the message, one entry a field, for programs. */
import type { MillwrightError } from '../../errors.ts';
import { knownError, retryHeaders } from '../errors.ts';
import { mlflowErrorBody } from '../mlflow/errors.ts';
import { answer, type AnswerValue } from '../route.ts';

/** `{"error_code": …, "message": …, "problems": […]}` */
export function scoringError(error: unknown): AnswerValue {
  const known = knownError(error);
  return refusal(known, mlflowErrorBody(known));
}

/** `{"error": …, "problems": […]}`; `error` is what tritonclient reads. */
export function openInferenceError(error: unknown): AnswerValue {
  const known = knownError(error);
  return refusal(known, { error: known.message });
}

function refusal(error: MillwrightError, body: object): AnswerValue {
  // Other details, such as a model's output, are for those who run it.
  const { problems, more, requestId } = error.details ?? {};
  return answer({
    status: error.status,
    headers: { 'content-type': 'application/json', ...retryHeaders(error), ...requestIdHeader(requestId) },
    body: JSON.stringify({ ...body, problems, more }),
  });
}

/** By which the record of the request is found; an id of the client's own that no header can hold stands in the record only. */
export function requestIdHeader(requestId: unknown): Record<string, string> {
  return typeof requestId === 'string' && /^[\w.:-]{1,256}$/.test(requestId) ? { 'x-request-id': requestId } : {};
}
