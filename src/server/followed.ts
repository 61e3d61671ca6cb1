import type { Principal } from '../access/index.ts';
import type { App } from '../app.ts';
import { MillwrightError } from '../errors.ts';
import type { Follower, Target } from '../registry/index.ts';
import { endpointsFollowing, type Endpoint } from '../serving/index.ts';

/**
 * The endpoints that follow an alias or a stage of a model, of which `target` is to move; none is named where a model takes the name.
 * A client without a token may work with the registry, and not decide what is served (DESIGN §9).
 *
 * @throws PERMISSION_DENIED where such a client would
 */
export async function followersOf(app: Pick<App, 'db'>, principal: Principal, model: string, target?: Target): Promise<Follower[]> {
  const endpoints = await app.db.read(endpointsFollowing, { scope: principal, model });
  refuseUnknown(principal, endpoints.find(concernedBy(target)));
  return endpoints.flatMap(({ name, follows: { kind, name: followed } }) =>
    kind === 'version' ? [] : [{ endpoint: name, target: { kind, name: followed } }],
  );
}

/**
 * The same where nothing is promoted.
 * @param target what moves; undefined where the model, or one of its versions, is deleted or renamed
 * @throws PERMISSION_DENIED
 */
export async function refuseUnknownMover(app: Pick<App, 'db'>, principal: Principal, model: string, target?: Target): Promise<void> {
  if (principal.role !== 'local') return;
  const endpoints = await app.db.read(endpointsFollowing, { scope: principal, model });
  refuseUnknown(principal, endpoints.find(concernedBy(target)));
}

/** A version that enters one stage leaves another. */
function concernedBy(target: Target | undefined): (endpoint: Endpoint) => boolean {
  return ({ follows: { kind, name } }) => target === undefined || (kind === target.kind && (kind === 'stage' || name === target.name));
}

function refuseUnknown(principal: Principal, follower: Endpoint | undefined): void {
  if (principal.role !== 'local' || follower === undefined) return;
  throw new MillwrightError(
    'PERMISSION_DENIED',
    `the endpoint '${follower.name}' follows '${follower.follows.model}': without a token nobody changes what is served. Send a token ` +
      '(MLFLOW_TRACKING_TOKEN, MILLWRIGHT_TOKEN; it stands in the state directory, file `token`)',
  );
}
