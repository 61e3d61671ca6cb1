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
import { serverInfoRoutes } from './server-info.ts';

/** Every call of MLflow's API that this server answers, and a clear refusal of those that it knows and does not serve. */
export const mlflowRoutes = [
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
];
