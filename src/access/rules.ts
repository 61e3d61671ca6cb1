import { MillwrightError } from '../errors.ts';
import type { Principal, Role } from './scope.ts';

/** Every act that a route can name. No rule, no route. */
export const actions = [
  'public', // health, version, the pages' files: no principal needed
  'read',
  'tracking.write',
  'registry.write',
  'registry.promote', // move an alias or stage; the gate still judges
  'gate.override',
  'pipelines.record', // write pipeline runs and stage runs as `repro` does
  'pipelines.control', // start, cancel
  'predictions.write', // send records of models served elsewhere
  'predict',
  'endpoints.write', // declare, change, roll back, remove
  'projects.write',
  'access.manage', // tokens, settings
] as const;

export type Action = (typeof actions)[number];

const mlflowActions: readonly Action[] = ['read', 'tracking.write', 'registry.write', 'registry.promote'];

const allowed: Record<Role, ReadonlySet<Action>> = {
  admin: new Set(actions),
  editor: new Set([...mlflowActions, 'pipelines.record', 'pipelines.control', 'predictions.write', 'predict', 'endpoints.write']),
  viewer: new Set<Action>(['read', 'predict']),
  stage: new Set([...mlflowActions, 'predictions.write', 'predict']),
  local: new Set([...mlflowActions, 'predict']),
};

export function isAllowed(role: Role, action: Action): boolean {
  return action === 'public' || allowed[role].has(action);
}

/** @throws UNAUTHENTICATED without a principal, PERMISSION_DENIED where its role lacks the action */
export function authorize(principal: Principal | undefined, action: Action): void {
  if (action === 'public') return;
  if (principal === undefined) {
    throw new MillwrightError(
      'UNAUTHENTICATED',
      'this server needs a token: send it as `Authorization: Bearer TOKEN` (MLFLOW_TRACKING_TOKEN, MILLWRIGHT_TOKEN)',
    );
  }
  if (isAllowed(principal.role, action)) return;
  const remedy =
    principal.role === 'local'
      ? 'send a token (it stands in the state directory, file `token`)'
      : 'ask an administrator for a token with a wider role';
  throw new MillwrightError('PERMISSION_DENIED', `the role '${principal.role}' may not '${action}': ${remedy}`);
}
