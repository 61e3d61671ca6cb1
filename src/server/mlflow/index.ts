import { artifactFileRoutes } from './artifact-files.ts';
import { artifactProxyRoutes } from './artifact-proxy.ts';
import { experimentRoutes } from './experiments.ts';
import { inputRoutes } from './inputs.ts';
import { loggedModelRoutes } from './logged-models.ts';
import { loggingRoutes } from './logging.ts';
import { modelVersionRoutes } from './model-versions.ts';
import { promotionRoutes } from './promotions.ts';
import { registeredModelRoutes } from './registered-models.ts';
import { metricHistoryRoutes } from './metric-history.ts';
import { runRoutes } from './runs.ts';
import { searchRoutes } from './search.ts';
import type { Route } from '../route.ts';
import { serverInfoRoutes } from './server-info.ts';
import { listProtoCalls, unservedCalls, unservedRoutes, type ProtoCall } from './unserved.ts';

const served: readonly Route[] = [
  ...serverInfoRoutes,
  ...experimentRoutes,
  ...runRoutes,
  ...loggingRoutes,
  ...metricHistoryRoutes,
  ...searchRoutes,
  ...inputRoutes,
  ...loggedModelRoutes,
  ...registeredModelRoutes,
  ...modelVersionRoutes,
  ...promotionRoutes,
  ...artifactProxyRoutes,
  ...artifactFileRoutes,
];

/** Every call of MLflow's API that this server answers, and a clear refusal of those that it knows and does not serve. */
export const mlflowRoutes: readonly Route[] = [...served, ...unservedRoutes(served)];

/** The calls of MLflow's protos, with whether this server answers them: for the reference page. */
export function describeCalls(): readonly (ProtoCall & { readonly served: boolean })[] {
  const missing = new Set(unservedCalls(served).map(({ method, version, path }) => `${method} ${version} ${path}`));
  return listProtoCalls().map((call) => ({ ...call, served: !missing.has(`${call.method} ${call.version} ${call.path}`) }));
}

export { mlflowVersion } from './server-info.ts';
