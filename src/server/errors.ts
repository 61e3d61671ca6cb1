import { errnoOf, MillwrightError } from '../errors.ts';
import { answer, type AnswerValue } from './route.ts';

/** Any thrown value as an error with a row in the table; what has none is a fault of ours and its text stays in the log. */
export function knownError(error: unknown): MillwrightError {
  if (error instanceof MillwrightError) return error;
  if (errnoOf(error) === 'ENOSPC')
    return new MillwrightError('DISK_FULL', 'the disk of the server is full: free some space', { cause: error });
  return new MillwrightError('INTERNAL_ERROR', 'internal error: the log of the server holds the details', { cause: error });
}

/** The body of Millwright's own API for an error: `{error: {code, message, …details}}`. */
export function errorAnswer(error: MillwrightError): AnswerValue {
  return answer({
    status: error.status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...remedyHeaders(error) },
    body: JSON.stringify({ error: { code: error.code, message: error.message, ...error.details } }),
  });
}

/** When to come again, where coming again helps; by which method, where another one was wrong. */
export function remedyHeaders(error: MillwrightError): Record<string, string> {
  if (error.code === 'METHOD_NOT_ALLOWED') return { allow: String(error.details?.['allow']) };
  if (error.status !== 429 && error.status !== 503) return {};
  const seconds = error.details?.['retryAfterSeconds'];
  return { 'retry-after': typeof seconds === 'number' ? String(seconds) : '1' };
}
