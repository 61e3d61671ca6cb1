import type { NameMoved } from '../registry/index.ts';
import type { Deployment, Endpoint } from './endpoint.ts';

/** What is known of an endpoint in the database, beside what this process runs of it. */
export interface EndpointFacts {
  readonly endpoint: Endpoint;
  /** What it should serve; undefined while the name that it follows stands on no version. */
  readonly target: { readonly version: number; readonly reason: string; readonly actor: string } | undefined;
  /** What this process tried last; before it tried any, another one. */
  readonly newest: Deployment | undefined;
  /** Since when the version that is live here has answered, whatever process served it. */
  readonly since: number | undefined;
  /** Who put the name that it follows on the live version; without one, on the version that it should serve. */
  readonly decision: NameMoved | undefined;
  /** The version that a rollback goes back to. */
  readonly before: number | undefined;
  /** Where the flavours of the live version, or without one of that which it should serve, are known to answer differently. */
  readonly differs: { readonly version: number; readonly message: string } | undefined;
}

/**
 * `starting` and `swapping`: a version is tried, without and with one that serves meanwhile. `failed`: the version that it
 * should serve could not be loaded. `not ready`: no worker of the model is up. `waiting`: there is nothing to serve.
 */
export type EndpointState = 'serving' | 'starting' | 'swapping' | 'failed' | 'not ready' | 'waiting';

export interface LiveVersion {
  readonly version: number;
  readonly since: number;
  readonly ready: boolean;
}

export function stateOf({ target, newest }: Pick<EndpointFacts, 'target' | 'newest'>, live: LiveVersion | undefined): EndpointState {
  // One whose name has moved on is given up in a moment.
  if (newest?.state === 'proving' && newest.version === target?.version) return live === undefined ? 'starting' : 'swapping';
  if (problemOf({ target, newest }, live) !== undefined) return 'failed';
  if (live === undefined) return target === undefined ? 'waiting' : 'starting';
  if (target !== undefined && target.version !== live.version) return 'swapping';
  return live.ready ? 'serving' : 'not ready';
}

/** The deployment that failed and is still what should be served: not one that somebody has moved away from. */
export function problemOf(
  { target, newest }: Pick<EndpointFacts, 'target' | 'newest'>,
  live: Pick<LiveVersion, 'since'> | undefined,
): Deployment | undefined {
  if (newest?.state !== 'failed' || newest.version !== target?.version) return undefined;
  return live === undefined || newest.createdAt >= live.since ? newest : undefined;
}
