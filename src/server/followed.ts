import type { Principal } from '../access/index.ts';
import type { App } from '../app.ts';
import { MillwrightError } from '../errors.ts';
import type { Follower, Target } from '../registry/index.ts';
import { endpointsFollowing, type Endpoint } from '../serving/index.ts';

/**
 * The endpoints that follow an alias or a stage of a model, of which `target` is to move. A client without a token may work with the
 * registry, and not decide what is served (DESIGN §9).
 *
 * @throws PERMISSION_DENIED where such a client would
 */
export async function followersOf(app: Pick<App, 'db'>, principal: Principal, model: string, target: Target): Promise<Follower[]> {
  const endpoints = await app.db.read(endpointsFollowing, { scope: principal, model });
  refuseUnknown(
    principal,
    // A version that enters one stage leaves another.
    endpoints.find(({ follows: { kind, name } }) => kind === target.kind && (kind === 'stage' || name === target.name)),
  );
  return endpoints.flatMap(({ name, follows: { kind, name: followed } }) =>
    kind === 'version' ? [] : [{ endpoint: name, target: { kind, name: followed } }],
  );
}

/**
 * Where a model, or one of its versions, is deleted or renamed.
 * @throws PERMISSION_DENIED where an endpoint follows it, and the client has no token
 */
export async function refuseUnknownMover(app: Pick<App, 'db'>, principal: Principal, model: string): Promise<void> {
  if (principal.role !== 'local') return;
  const [follower] = await app.db.read(endpointsFollowing, { scope: principal, model });
  refuseUnknown(principal, follower);
}

function refuseUnknown(principal: Principal, follower: Endpoint | undefined): void {
  if (principal.role !== 'local' || follower === undefined) return;
  throw new MillwrightError(
    'PERMISSION_DENIED',
    `the endpoint '${follower.name}' follows '${follower.follows.model}': without a token nobody changes what is served. Send a token ` +
      '(MLFLOW_TRACKING_TOKEN, MILLWRIGHT_TOKEN; it stands in the state directory, file `token`)',
  );
}
