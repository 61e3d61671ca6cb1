import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { runtimeFile } from '../runtime-files.ts';
import { MillwrightError } from '../errors.ts';
import { errorAnswer } from './errors.ts';
import { otherMethods } from './inference/methods.ts';
import { inferenceRoutes } from './inference/routes.ts';
import { answer, type AnswerValue, type Call, type Route } from './route.ts';
import { redeemCode } from './session.ts';

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
};

const policy =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

/** The built pages: files by their exact names, and the shell for every other path, which the router in the browser reads. */
export const pageRoutes: readonly Route[] = [{ method: 'GET', url: '/*', action: 'public', body: 'none', handler: page }];

let files: ReadonlySet<string> | undefined;

async function page(call: Call): Promise<AnswerValue> {
  const code = call.path === '/' ? call.query.get('code') : null;
  if (code !== null) return redeemCode(call, code);
  files ??= listFiles();
  const name = call.path.slice(1);
  const other = otherMethods(inferenceRoutes, call.method, call.path);
  if (other !== undefined) return other.route.onError?.(other.error, call.headers) ?? errorAnswer(other.error);
  if (files.has(name)) return file(name, name.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-cache');
  if (call.path.startsWith('/api/') || call.path.startsWith('/ajax-api/') || call.path.startsWith('/assets/'))
    throw new MillwrightError('ENDPOINT_NOT_FOUND', `no route ${call.method} ${call.path}`);
  if (files.has('index.html')) return file('index.html', 'no-cache');
  throw new MillwrightError('ENDPOINT_NOT_FOUND', 'the pages are not built: run `npm run build`');
}

/** Only what the build made can be asked for: no name from a client reaches the file system. */
function listFiles(): ReadonlySet<string> {
  const root = runtimeFile('web');
  if (!existsSync(root)) return new Set();
  const entries = readdirSync(root, { recursive: true, withFileTypes: true });
  return new Set(entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1)));
}

async function file(name: string, cacheControl: string): Promise<AnswerValue> {
  return answer({
    headers: {
      'content-type': contentTypes[extname(name)] ?? 'application/octet-stream',
      'cache-control': cacheControl,
      'content-security-policy': policy,
      'referrer-policy': 'same-origin',
    },
    body: await readFile(runtimeFile(join('web', name))),
  });
}
