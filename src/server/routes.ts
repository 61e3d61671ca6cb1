import { datasetContentRoutes } from './dataset-contents.ts';
import { datasetRoutes } from './datasets.ts';
import { endpointRoutes } from './endpoints.ts';
import { eventRoutes } from './events.ts';
import { giveWayRoutes } from './give-way.ts';
import { healthRoutes } from './health.ts';
import { metricCurveRoutes } from './metric-curves.ts';
import { metricsRoutes } from './metrics.ts';
import { mlflowRoutes } from './mlflow/index.ts';
import { homeRoutes } from './home.ts';
import { inferenceRoutes } from './inference/routes.ts';
import { lineageRoutes } from './lineage.ts';
import { modelFileRoutes } from './model-files.ts';
import { modelRoutes } from './models.ts';
import { pageRoutes } from './pages.ts';
import { pipelineRunComparisonRoutes } from './pipeline-run-comparison.ts';
import { pipelineRunRoutes } from './pipeline-runs.ts';
import { predictionRoutes } from './predictions.ts';
import type { Route } from './route.ts';
import { settingsRoutes } from './settings.ts';
import { tokenRoutes } from './tokens.ts';

/** Every route of the program: one port answers them all. The pages come last and take what is left. */
export const routes: readonly Route[] = [
  ...healthRoutes,
  ...metricsRoutes,
  ...mlflowRoutes,
  ...pipelineRunRoutes,
  ...pipelineRunComparisonRoutes,
  ...datasetRoutes,
  ...datasetContentRoutes,
  ...metricCurveRoutes,
  ...eventRoutes,
  ...lineageRoutes,
  ...modelRoutes,
  ...predictionRoutes,
  ...modelFileRoutes,
  ...endpointRoutes,
  ...inferenceRoutes,
  ...homeRoutes,
  ...tokenRoutes,
  ...giveWayRoutes,
  ...settingsRoutes,
  ...pageRoutes,
];
