import { extname, posix } from 'node:path';
import type { Scope } from '../../access/index.ts';
import { findArtifact } from '../../tracking/index.ts';
import { answer, type AnswerValue, type Call } from '../route.ts';

/**
 * An artifact as an HTTP answer: streamed, with byte ranges. Its bytes are a stranger's, so a browser may neither run
 * them (sandbox), nor guess what they are (nosniff), nor open them in place (attachment).
 */
export async function artifactAnswer(call: Call, scope: Scope, path: string): Promise<AnswerValue> {
  const artifact = await findArtifact(call.app, scope, path);
  const range = rangeOf(call, artifact.sizeBytes, artifact.etag);
  const headers: Record<string, string> = {
    'content-type': contentTypes[extname(path).toLowerCase()] ?? 'application/octet-stream',
    'content-disposition': disposition(posix.basename(path)),
    'content-security-policy': 'sandbox',
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

function disposition(name: string): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const exact = encodeURIComponent(name).replace(/['()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
  return `attachment; filename="${plain}"; filename*=UTF-8''${exact}`;
}

const contentTypes: Readonly<Record<string, string>> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.html': 'text/html',
  '.csv': 'text/csv',
  '.txt': 'text/plain; charset=utf-8',
  '.log': 'text/plain; charset=utf-8',
  '.md': 'text/plain; charset=utf-8',
  '.yaml': 'text/plain; charset=utf-8',
  '.yml': 'text/plain; charset=utf-8',
  '.pdf': 'application/pdf',
};
