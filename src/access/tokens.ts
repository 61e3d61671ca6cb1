import { hash, randomBytes } from 'node:crypto';

/** A new secret: 256 random bits behind a prefix that scanners for leaked secrets can look for. */
export function newToken(): string {
  return `mw_${randomBytes(32).toString('base64url')}`;
}

/** What is stored of a token: sha256, hex. The token has full entropy, so no slow hash is needed. */
export function hashToken(token: string): string {
  return hash('sha256', token, 'hex');
}

/** Names of tokens that the program makes by itself; people cannot choose them. */
export const reservedTokenNames = { owner: 'owner', session: 'browser', operator: 'MILLWRIGHT_ADMIN_TOKEN' } as const;
