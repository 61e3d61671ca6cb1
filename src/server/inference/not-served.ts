import { MillwrightError } from '../../errors.ts';
import type { RepositoryModel } from '../../formats/oip/metadata.ts';
import type { Call } from '../route.ts';
import { describeEndpoints } from '../endpoint-standing.ts';
import { repositoryModel } from './repository-model.ts';
import { NotServed } from './served.ts';

/**
 * An endpoint that is declared and not loaded yet is worth asking again, one that is not there is not.
 * @returns the error as it came, or TEMPORARILY_UNAVAILABLE
 */
export async function whyNotServed(call: Pick<Call, 'app' | 'principal'>, error: unknown): Promise<unknown> {
  if (!(error instanceof NotServed)) return error;
  const { endpoint: name } = error;
  const [endpoint] = await describeEndpoints(call, name);
  if (endpoint === undefined) return error;
  return new MillwrightError(
    'TEMPORARILY_UNAVAILABLE',
    `the endpoint '${name}' has no version that is loaded: ${whyOf(repositoryModel(endpoint))}; \`millwright endpoints show ${name}\` tells more`,
    { cause: error },
  );
}

function whyOf({ version, state, reason }: RepositoryModel): string {
  if (state === 'UNAVAILABLE') return version === undefined ? reason : `version ${version}: ${reason}`;
  return `version ${version} is being loaded${reason === '' ? '' : ` (${reason})`}`;
}
