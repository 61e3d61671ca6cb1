/** Refusals in each protocol's own body; what does not fit stands beside the message, one entry a field, for programs. */
import type { IncomingHttpHeaders } from 'node:http';
import type { MillwrightError } from '../../errors.ts';
import { randomIds } from '../../lib/ids.ts';
import { knownError, remedyHeaders } from '../errors.ts';
import { mlflowErrorBody } from '../mlflow/errors.ts';
import { answer, type AnswerValue } from '../route.ts';
import { requestIdHeader, requestIdOf } from './request-id.ts';

/** `{"error_code": …, "message": …, "problems": […]}` */
export function scoringError(error: unknown, headers: IncomingHttpHeaders): AnswerValue {
  const known = knownError(error);
  return refusal(known, headers, mlflowErrorBody(known));
}

/** `{"error": …, "problems": […]}`; `error` is what tritonclient reads. */
export function openInferenceError(error: unknown, headers: IncomingHttpHeaders): AnswerValue {
  const known = knownError(error);
  return refusal(known, headers, { error: known.message });
}

function refusal(error: MillwrightError, headers: IncomingHttpHeaders, body: object): AnswerValue {
  // Other details, such as a model's output, are for those who run it.
  const { problems, more, requestId = requestIdOf(headers) ?? randomIds.uuid7() } = error.details ?? {};
  return answer({
    status: error.status,
    headers: { 'content-type': 'application/json', ...remedyHeaders(error), ...requestIdHeader(requestId) },
    body: JSON.stringify({ ...body, problems, more }),
  });
}
