import type { App } from '../app.ts';

/** A version that is being tried is no request, and a server that ended meanwhile would leave it to the next one, from its beginning. */
export function endWhenIdle(
  server: { whenIdle(milliseconds: number, then: () => void): void },
  endpoints: Pick<App['endpoints'], 'isPreparing'>,
  idleMs: number,
  end: () => void,
): void {
  server.whenIdle(idleMs, () => {
    if (endpoints.isPreparing()) endWhenIdle(server, endpoints, idleMs, end);
    else end();
  });
}
