import Type from 'typebox';
import { createToken, hashToken, listTokens, newToken, reservedTokenNames, revokeToken } from '../access/index.ts';
import { CreateToken, type CreatedToken, type LoginCode, type TokenList } from '../api/tokens.ts';
import { newLoginCode } from '../app.ts';
import { MillwrightError } from '../errors.ts';
import type { Call, Route } from './route.ts';

const dayMs = 24 * 3600 * 1000;

export const tokenRoutes: readonly Route[] = [
  { method: 'GET', url: '/api/1/tokens', action: 'access.manage', body: 'none', handler: list },
  { method: 'POST', url: '/api/1/tokens', action: 'access.manage', body: CreateToken, handler: create },
  { method: 'DELETE', url: '/api/1/tokens/:id', action: 'access.manage', body: 'none', handler: revoke },
  { method: 'POST', url: '/api/1/login-codes', action: 'access.manage', body: Type.Object({}), handler: createLoginCode },
];

async function list({ app, principal }: Call): Promise<TokenList> {
  return { items: await app.db.read(listTokens, { scope: principal }) };
}

async function create({ app, principal, body }: Call): Promise<CreatedToken> {
  const { name, role, days } = body as CreateToken;
  if (Object.values<string>(reservedTokenNames).includes(name))
    throw new MillwrightError('INVALID_PARAMETER_VALUE', `'name' is '${name}', which the server keeps for itself: choose another`);
  const token = newToken();
  const id = app.ids.uuid7();
  const now = app.clock.now();
  await app.db.write(createToken, {
    scope: principal,
    id,
    hash: hashToken(token),
    name,
    role,
    stageRunId: null,
    now,
    expiresAt: days === undefined ? null : now + days * dayMs,
  });
  return { id, token };
}

async function revoke({ app, principal, params, revoked }: Call): Promise<Record<string, never>> {
  await app.db.write(revokeToken, { scope: principal, id: params['id']!, now: app.clock.now() });
  revoked();
  return {};
}

async function createLoginCode({ app }: Call): Promise<LoginCode> {
  return { code: newLoginCode(app) };
}
