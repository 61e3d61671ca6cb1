import type { Principal, Scope } from '../access/index.ts';
import type { App } from '../app.ts';
import { MillwrightError } from '../errors.ts';
import type { Follower, Target } from '../registry/index.ts';
import { listEndpoints } from '../serving/index.ts';

/**
 * A client without a token may work with the registry, and not decide what is served (DESIGN §9).
 *
 * @param target what moves; undefined where the model, or one of its versions, is deleted or renamed
 * @throws PERMISSION_DENIED where an endpoint follows it
 */
export async function refuseUnknownMover(app: Pick<App, 'db'>, principal: Principal, model: string, target?: Target): Promise<void> {
  if (principal.role !== 'local') return;
  const endpoints = await app.db.read(listEndpoints, { scope: principal });
  const follower = endpoints.find(({ follows }) => {
    if (follows.model !== model) return false;
    // A version that enters one stage leaves another.
    return target === undefined || (follows.kind === target.kind && (target.kind === 'stage' || follows.name === target.name));
  });
  if (follower === undefined) return;
  throw new MillwrightError(
    'PERMISSION_DENIED',
    `the endpoint '${follower.name}' follows '${model}': without a token nobody changes what is served. Send a token ` +
      '(MLFLOW_TRACKING_TOKEN, MILLWRIGHT_TOKEN; it stands in the state directory, file `token`)',
  );
}

/** The endpoints that follow an alias or a stage of a model. */
export async function followersOf(app: Pick<App, 'db'>, scope: Scope, model: string): Promise<Follower[]> {
  const endpoints = await app.db.read(listEndpoints, { scope });
  return endpoints.flatMap(({ name, follows: { model: followed, kind, name: target } }) =>
    followed === model && kind !== 'version' ? [{ endpoint: name, target: { kind, name: target } }] : [],
  );
}
