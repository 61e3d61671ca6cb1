import { MillwrightError } from '../errors.ts';

const loopbackNames = ['localhost', '127.0.0.1', '[::1]'];

/** Whether `address` (of a socket or of `--host`) can be reached from this machine only. */
export function isLoopback(address: string | undefined): boolean {
  if (address === undefined) return false;
  const plain = address.replace(/^::ffff:/, '').replace(/^\[|\]$/g, '');
  return plain === '::1' || plain === 'localhost' || /^127\.\d+\.\d+\.\d+$/.test(plain);
}

/**
 * Host names under which the server may be asked: loopback's, the one it binds, and those that the operator names
 * (`MILLWRIGHT_HOSTS`). Everything else is refused: a page that rebinds its DNS name to 127.0.0.1 gets nothing.
 */
export function allowedHosts(bound: string, configured: readonly string[]): ReadonlySet<string> {
  return new Set([
    ...loopbackNames,
    ...(bound === '0.0.0.0' || bound === '::' ? [] : [bound.includes(':') ? `[${bound.toLowerCase()}]` : bound.toLowerCase()]),
    ...configured.map((name) => name.toLowerCase()),
  ]);
}

/** @throws PERMISSION_DENIED where the Host header is not a configured name */
export function checkHost(host: string | undefined, allowed: ReadonlySet<string>): void {
  const name = (host ?? '').toLowerCase().replace(/:\d+$/, '');
  if (allowed.has(name)) return;
  throw new MillwrightError(
    'PERMISSION_DENIED',
    `the host name '${name}' is not configured: name it in MILLWRIGHT_HOSTS (comma-separated) and start the server again`,
  );
}

/** @throws PERMISSION_DENIED for a change that a page of another site asked for (`null` is every sandboxed page) */
export function checkOrigin(method: string, origin: string | undefined, host: string | undefined): void {
  if (method === 'GET' || method === 'HEAD' || origin === undefined) return;
  if (URL.canParse(origin) && new URL(origin).host === host?.toLowerCase()) return;
  throw new MillwrightError(
    'PERMISSION_DENIED',
    `requests from the origin '${origin}' may not change anything here: open the page from ${host ?? 'the server'} itself`,
  );
}
