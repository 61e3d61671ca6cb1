/** `GET …/docs`: the endpoint's page, made from its OpenAPI document. */
import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { docsPage, script, style } from '../../formats/endpoint-docs/page.ts';
import { waitingPage } from '../../formats/endpoint-docs/waiting-page.ts';
import { knownError, remedyHeaders } from '../errors.ts';
import { answer, type AnswerValue } from '../route.ts';
import { scoringError } from './errors.ts';
import { documentOf } from './scoring.ts';
import type { Served } from './served.ts';

const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** Its own style and script, requests to where it came from, and nothing else. */
const policy = [
  "default-src 'none'",
  `style-src ${hash(style)}`,
  `script-src ${hash(script)}`,
  "connect-src 'self'",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

const headers = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': policy,
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-cache',
};

export function docs(served: Served, prefix: string, host: string | undefined): AnswerValue {
  return answer({ headers, body: docsPage(documentOf(served, prefix, host)) });
}

/** For browsers a page that says what the endpoint waits for, for programs the protocol's own body. */
export function docsError(error: unknown, asked: IncomingHttpHeaders): AnswerValue {
  if (asked.accept?.includes('text/html') !== true) return scoringError(error, asked);
  const known = knownError(error);
  const body = waitingPage(known.message, { asksAgain: known.status === 503 });
  return answer({ status: known.status, headers: { ...headers, ...remedyHeaders(known) }, body });
}
