/** Waits until the endpoint of `make demo` serves the champion, on the server that `repro` left running. */
import { setTimeout } from 'node:timers/promises';
import { createCall, millwrightApi } from '../sdk/src/index.ts';
import { readOwnerToken, readServerFile } from '../src/state-directory.ts';

/** The model's environment may have to be installed first. */
const patienceMs = 180_000;

interface Live {
  /** Of the server. */
  readonly url: string;
  readonly version: number;
  readonly runtime: string;
}

/** @throws where the version cannot be served, with the server's reason */
export async function endpointReady(state: string, name: string, version: number, say: (text: string) => void): Promise<Live> {
  const server = readServerFile(state);
  if (server === undefined) throw new Error(`no server lives on ${state}: repro leaves one for half a minute`);
  const token = readOwnerToken(state);
  const api = millwrightApi(createCall({ url: server.url, ...(token === undefined ? {} : { token }) }));
  const until = performance.now() + patienceMs;
  for (;;) {
    const { endpoint, deployments } = await api.endpoint(name);
    const { live } = endpoint;
    if (live?.version === version) {
      say(`${name} serves ${live.model} version ${version} by ${live.flavor}`);
      const { message } = deployments.find(({ state: deployed }) => deployed === 'live') ?? {};
      if (typeof message === 'string') say(message);
      return { url: server.url, version, runtime: live.flavor };
    }
    const failed = deployments.find((one) => one.version === version && one.state === 'failed');
    if (failed !== undefined) throw new Error(`${name} cannot serve version ${version}: ${failed.message}\n${failed.log ?? ''}`);
    if (performance.now() > until) throw new Error(`${name} does not serve version ${version} after ${patienceMs / 1000} s`);
    await setTimeout(200);
  }
}

/** The server that `repro` left ends when nobody asks it anything for half a minute; on a busy machine Python starts slower. */
export function keepAwake(url: string): Disposable {
  const timer = setInterval(() => {
    // One that has ended is told by who needs it next.
    fetch(`${url}/health`).catch(() => clearInterval(timer));
  }, 5000);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
