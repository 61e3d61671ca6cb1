import { MillwrightError } from '../../errors.ts';
import { findEndpoint } from '../../serving/index.ts';
import type { Call } from '../route.ts';
import { NotServed } from './served.ts';

/**
 * An endpoint that is declared and not loaded yet is worth asking again, one that is not there is not.
 * @returns the error as it came, or TEMPORARILY_UNAVAILABLE
 */
export async function whyNotServed({ app, principal: scope }: Pick<Call, 'app' | 'principal'>, error: unknown): Promise<unknown> {
  if (!(error instanceof NotServed)) return error;
  const { endpoint: name } = error;
  if ((await app.db.read(findEndpoint, { scope, name })) === undefined) return error;
  return new MillwrightError(
    'TEMPORARILY_UNAVAILABLE',
    `the endpoint '${name}' has no version that is loaded: \`millwright endpoints show ${name}\` tells what it waits for`,
    { cause: error },
  );
}
