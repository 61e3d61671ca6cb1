import { ApiError, createCall, millwrightApi, type Call } from '../../sdk/src/index.ts';
import { errorTable, MillwrightError, type ErrorCode } from '../errors.ts';
import type { Io } from './command.ts';
import { requireServer } from './project-server.ts';
import type { ServerAddress } from './server-address.ts';

export type Api = ReturnType<typeof millwrightApi>;

/** The API of the command's server. @throws NO_SERVER where none lives */
export async function remoteApi(io: Io): Promise<{ api: Api; call: Call; server: ServerAddress }> {
  const server = await requireServer(io);
  const call = callOf(server, io.signal);
  return { api: millwrightApi(call), call, server };
}

/** Calls with the errors of the table, so that a refusal ends the command with the code's exit status. */
export function callOf(server: ServerAddress, signal?: AbortSignal): Call {
  const call = createCall(server);
  return async (method, path, options = {}) => {
    try {
      return await call(method, path, { ...(signal === undefined ? {} : { signal }), ...options });
    } catch (error) {
      throw knownError(error, server);
    }
  };
}

function knownError(error: unknown, server: ServerAddress): unknown {
  if (error instanceof ApiError) {
    const code = error.code in errorTable ? (error.code as ErrorCode) : error.status >= 500 ? 'INTERNAL_ERROR' : 'BAD_REQUEST';
    return new MillwrightError(code, error.message, { cause: error });
  }
  if (error instanceof TypeError)
    return new MillwrightError('NO_SERVER', `the server at ${server.url} cannot be reached: start it, or set MILLWRIGHT_URL`, {
      cause: error,
    });
  return error;
}
