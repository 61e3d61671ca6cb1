/** `GET …/docs`: the endpoint's page, made from its OpenAPI document. */
import { createHash } from 'node:crypto';
import { docsPage, script, style } from '../../formats/endpoint-docs/page.ts';
import { answer, type AnswerValue } from '../route.ts';
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
