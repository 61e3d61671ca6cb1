import { posix } from 'node:path';
import type { Scope } from '../../access/index.ts';
import { findArtifact } from '../../tracking/index.ts';
import { contentHeaders } from '../content-headers.ts';
import { answer, type AnswerValue, type Call } from '../route.ts';

/** An artifact as an HTTP answer: streamed, with byte ranges. */
export async function artifactAnswer(call: Call, scope: Scope, path: string): Promise<AnswerValue> {
  const artifact = await findArtifact(call.app, scope, path);
  const range = rangeOf(call, artifact.sizeBytes, artifact.etag);
  const headers: Record<string, string> = {
    ...contentHeaders(posix.basename(path)),
    'accept-ranges': 'bytes',
    'cache-control': 'private, no-cache',
    'last-modified': new Date(artifact.modifiedMs).toUTCString(),
    ...(artifact.etag === undefined ? {} : { etag: quoted(artifact.etag) }),
  };
  if (range === 'unsatisfiable') {
    return answer({ status: 416, headers: { ...headers, 'content-range': `bytes */${artifact.sizeBytes}` }, body: '' });
  }
  const read = await artifact.open(range, call.signal);
  headers['content-length'] = String(read.lengthBytes);
  if (range === undefined) return answer({ headers, body: read.stream });
  headers['content-range'] = `bytes ${range.first}-${range.first + read.lengthBytes - 1}/${read.sizeBytes}`;
  return answer({ status: 206, headers, body: read.stream });
}

/** One range is served; of several, and of what cannot be read, the whole file is the answer (RFC 9110, 14.2). */
function rangeOf(call: Call, sizeBytes: number, etag: string | undefined): { first: number; last: number } | 'unsatisfiable' | undefined {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(call.headers.range ?? '') ?? [];
  if (first === '' && last === '') return undefined;
  const condition = call.headers['if-range'];
  if (condition !== undefined && (etag === undefined || condition !== quoted(etag))) return undefined;
  if (first === '') {
    const count = Math.min(Number(last), sizeBytes);
    return count === 0 ? 'unsatisfiable' : { first: sizeBytes - count, last: sizeBytes - 1 };
  }
  const range = { first: Number(first), last: Math.min(last === '' ? Infinity : Number(last), sizeBytes - 1) };
  if (last !== '' && Number(last) < range.first) return undefined;
  return range.first >= sizeBytes ? 'unsatisfiable' : range;
}

function quoted(etag: string): string {
  return etag.startsWith('"') ? etag : `"${etag}"`;
}
