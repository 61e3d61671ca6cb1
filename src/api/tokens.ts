import Type, { type Static } from 'typebox';
import { Time } from './time.ts';

/** `stage` and `local` are given by the program, not to people. */
export const TokenRole = Type.Union([Type.Literal('admin'), Type.Literal('editor'), Type.Literal('viewer')]);

export const Token = Type.Object({
  id: Type.String(),
  name: Type.String(),
  role: Type.String(),
  createdAt: Time,
  expiresAt: Type.Union([Time, Type.Null()]),
  revokedAt: Type.Union([Time, Type.Null()]),
});
export type Token = Static<typeof Token>;
/** `GET /api/1/tokens` */
export const TokenList = Type.Object({ items: Type.Array(Token) });
export type TokenList = Static<typeof TokenList>;

/** `POST /api/1/tokens`; revoke with `DELETE /api/1/tokens/:id`. */
export const CreateToken = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 200 }),
  role: TokenRole,
  /** Days until it ends; never where absent. */
  days: Type.Optional(Type.Integer({ minimum: 1, maximum: 3650 })),
});
export type CreateToken = Static<typeof CreateToken>;
/** The secret is shown here and never again. */
export const CreatedToken = Type.Object({ id: Type.String(), token: Type.String() });
export type CreatedToken = Static<typeof CreatedToken>;

/** `POST /api/1/login-codes`: a one-time code for `/?code=`, which a browser turns into its session. */
export const LoginCode = Type.Object({ code: Type.String() });
export type LoginCode = Static<typeof LoginCode>;
