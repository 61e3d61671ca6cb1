import { createToken, hashToken, newToken, reservedTokenNames } from '../access/index.ts';
import { MillwrightError } from '../errors.ts';
import { sessionCookie } from './authenticate.ts';
import { answer, type AnswerValue, type Call } from './route.ts';

const sessionMs = 30 * 24 * 3600 * 1000;

/** Turns the one-time code of the URL that `up` prints into a session cookie, once, and leads to the page without it. */
export async function redeemCode(call: Call, code: string): Promise<AnswerValue> {
  const { app } = call;
  if (!app.loginCodes.delete(hashToken(code))) {
    throw new MillwrightError(
      'UNAUTHENTICATED',
      'the code in this link was used already or is of an earlier start: run `millwright url` for a new one',
    );
  }
  const token = newToken();
  const now = app.clock.now();
  await app.db.write(createToken, {
    scope: { workspaceId: 1 },
    id: app.ids.uuid7(),
    hash: hashToken(token),
    name: reservedTokenNames.session,
    role: 'admin',
    stageRunId: null,
    now,
    expiresAt: now + sessionMs,
  });
  const cookie = `${sessionCookie}=${token}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${sessionMs / 1000}`;
  return answer({ status: 303, headers: { location: '/', 'set-cookie': cookie, 'cache-control': 'no-store' }, body: '' });
}
