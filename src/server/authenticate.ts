import type { IncomingMessage } from 'node:http';
import { hashToken, principalOfToken, type Principal } from '../access/index.ts';
import type { App } from '../app.ts';
import { MillwrightError } from '../errors.ts';
import { isLoopback } from './origin.ts';

export const sessionCookie = 'millwright_session';

/** How long a token's principal is remembered: a token revoked in another process works that much longer. */
const rememberedMs = 5_000;
const rememberedLimit = 1_000;

export interface Authenticator {
  /** @throws UNAUTHENTICATED where a token was sent and is not valid */
  authenticate(request: IncomingMessage): Promise<Principal | undefined>;
  /** Called after a token was revoked here. */
  forget(): void;
}

/** Resolves the caller: a bearer token, a password (HTTP Basic, for clients that know nothing else), the session cookie, or loopback. */
export function authenticator(app: Pick<App, 'db' | 'clock'>): Authenticator {
  const remembered = new Map<string, { principal: Principal; until: number }>();
  return {
    async authenticate(request) {
      const token = tokenOf(request);
      if (token === undefined) return localPrincipal(request);
      const now = app.clock.now();
      const known = remembered.get(token);
      if (known !== undefined && known.until > now) return known.principal;
      const principal = await app.db.read(principalOfToken, { hash: hashToken(token), now });
      if (principal === undefined) {
        remembered.delete(token);
        if (request.headers.authorization === undefined) return localPrincipal(request); // a cookie of a session that ended
        throw new MillwrightError('UNAUTHENTICATED', 'the token is unknown, revoked or expired: make one with `millwright tokens create`');
      }
      if (remembered.size >= rememberedLimit) remembered.clear();
      remembered.set(token, { principal, until: now + rememberedMs });
      return principal;
    },
    forget: () => remembered.clear(),
  };
}

/** What the caller shows; empty, so that nothing fits it, where it shows something that cannot be read. */
function tokenOf(request: IncomingMessage): string | undefined {
  const { authorization } = request.headers;
  if (authorization === undefined) return cookieOf(request, sessionCookie);
  const [scheme = '', value = ''] = authorization.split(' ', 2);
  if (scheme.toLowerCase() === 'bearer') return value;
  if (scheme.toLowerCase() === 'basic') return Buffer.from(value, 'base64').toString('utf8').split(':').slice(1).join(':');
  return '';
}

export function cookieOf(request: IncomingMessage, name: string): string | undefined {
  for (const part of (request.headers.cookie ?? '').split(';')) {
    const [key, value] = part.trim().split('=', 2);
    if (key === name && value !== undefined && value !== '') return value;
  }
  return undefined;
}

/** What proxies add. A request that came through one came from elsewhere, though its socket is of this machine. */
const proxyHeaders = [
  'forwarded',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
  'x-client-ip',
  'cf-connecting-ip',
];

function localPrincipal(request: IncomingMessage): Principal | undefined {
  if (!isLoopback(request.socket.remoteAddress)) return undefined;
  if (proxyHeaders.some((name) => request.headers[name] !== undefined)) return undefined;
  return local;
}

const local: Principal = { workspaceId: 1, name: 'local', role: 'local', tokenId: undefined, stageRunId: undefined };
