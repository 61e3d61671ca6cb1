/** By which a client and the record of its request know each other. */
import type { IncomingHttpHeaders } from 'node:http';

/** The client's own id, where it is one that can stand in a header and a path. */
export function requestIdOf(headers: IncomingHttpHeaders): string | undefined {
  const given = headers['x-request-id'] ?? headers['x-amzn-sagemaker-inference-id'];
  return typeof given === 'string' && /^[\w.:-]{1,128}$/.test(given) ? given : undefined;
}

/** An id of the client's own that no header can hold stands in the record only. */
export function requestIdHeader(requestId: unknown): Record<string, string> {
  return typeof requestId === 'string' && /^[\w.:-]{1,256}$/.test(requestId) ? { 'x-request-id': requestId } : {};
}
