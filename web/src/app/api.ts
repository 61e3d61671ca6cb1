/** The typed calls that pages use; nothing else sends a request. */
import { createCall } from '../../../sdk/src/client.ts';
import { createInvoke } from '../../../sdk/src/invoke.ts';
import { millwrightApi } from '../../../sdk/src/millwright.ts';
import { mlflowApi } from '../../../sdk/src/mlflow.ts';

export { ApiError } from '../../../sdk/src/client.ts';

const call = createCall({ url: '' });

export const millwright = millwrightApi(call);
export const invoke = createInvoke({ url: '' });
export const mlflow = mlflowApi(call);
