export { actions, authorize, isAllowed, type Action } from './rules.ts';
export type { Principal, Role, Scope } from './scope.ts';
export { hashToken, newToken, reservedTokenNames } from './tokens.ts';
export { hasAdminToken, listTokens, principalOfToken, type TokenRow } from './queries.ts';
export { createToken, recordAudit, revokeToken, setOperatorToken, type AuditEntry } from './writes.ts';
export type { AccessTables } from './tables.ts';
