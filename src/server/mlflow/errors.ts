import { errorTable, type MillwrightError } from '../../errors.ts';
import { knownError, remedyHeaders } from '../errors.ts';
import { answer, type AnswerValue } from '../route.ts';

/** The body that MLflow's clients read: `{"error_code": …, "message": …}`. */
export function mlflowError(error: unknown): AnswerValue {
  const known = knownError(error);
  return answer({
    status: known.status,
    headers: { 'content-type': 'application/json', ...remedyHeaders(known) },
    body: JSON.stringify(mlflowErrorBody(known)),
  });
}

export function mlflowErrorBody(error: MillwrightError): object {
  return { error_code: errorCode(error), message: error.message };
}

function errorCode(error: MillwrightError): string {
  const row = errorTable[error.code];
  return 'mlflow' in row ? row.mlflow : error.code;
}
