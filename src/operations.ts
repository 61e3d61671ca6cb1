/** Every registered read and write, by name: what the database threads run from. */
import * as accessQueries from './access/queries.ts';
import * as accessWrites from './access/writes.ts';
import type { Operation, Operations } from './backends/db/port.ts';
import * as dataQueries from './data/versions/queries.ts';
import * as eventQueries from './events/queries.ts';
import * as eventWrites from './events/writes.ts';
import * as lineageQueries from './lineage/queries.ts';
import * as pipelineBegin from './pipelines/runs/begin.ts';
import * as pipelineCompare from './pipelines/runs/compare.ts';
import * as pipelineEnd from './pipelines/runs/end.ts';
import * as pipelineLease from './pipelines/runs/lease.ts';
import * as pipelineLog from './pipelines/runs/log.ts';
import * as pipelineProvenance from './pipelines/runs/provenance.ts';
import * as pipelineQueries from './pipelines/runs/queries.ts';
import * as predictionQueries from './predictions/queries.ts';
import * as predictionWrites from './predictions/writes.ts';
import * as gateQueries from './registry/gate-queries.ts';
import * as gateWrites from './registry/gate-writes.ts';
import * as heldNames from './registry/held-names.ts';
import * as moveWrites from './registry/move-writes.ts';
import * as parityWrites from './registry/parity-writes.ts';
import * as registryQueries from './registry/queries.ts';
import * as registrySearches from './registry/search-queries.ts';
import * as registryWrites from './registry/writes.ts';
import * as describeEndpoints from './serving/describe-endpoints.ts';
import * as servingQueries from './serving/queries.ts';
import * as servingWrites from './serving/writes.ts';
import * as artifactQueries from './tracking/artifact-queries.ts';
import * as curveQueries from './tracking/curve-queries.ts';
import * as datasetQueries from './tracking/dataset-queries.ts';
import * as experimentQueries from './tracking/experiment-queries.ts';
import * as experimentWrites from './tracking/experiment-writes.ts';
import * as inputWrites from './tracking/input-writes.ts';
import * as logWrites from './tracking/log-writes.ts';
import * as loggedModelQueries from './tracking/logged-model-queries.ts';
import * as loggedModelWrites from './tracking/logged-model-writes.ts';
import * as metricQueries from './tracking/metric-queries.ts';
import * as runQueries from './tracking/run-queries.ts';
import * as runWrites from './tracking/run-writes.ts';
import * as searchExperiments from './tracking/search/search-experiments.ts';
import * as searchLoggedModels from './tracking/search/search-logged-models.ts';
import * as searchRuns from './tracking/search/search-runs.ts';

const modules: readonly Record<string, unknown>[] = [
  accessQueries,
  accessWrites,
  eventQueries,
  eventWrites,
  lineageQueries,
  dataQueries,
  pipelineBegin,
  pipelineCompare,
  pipelineEnd,
  pipelineLease,
  pipelineLog,
  pipelineProvenance,
  pipelineQueries,
  curveQueries,
  datasetQueries,
  experimentQueries,
  experimentWrites,
  inputWrites,
  logWrites,
  loggedModelQueries,
  loggedModelWrites,
  metricQueries,
  runQueries,
  runWrites,
  artifactQueries,
  registryQueries,
  registrySearches,
  registryWrites,
  gateQueries,
  gateWrites,
  heldNames,
  moveWrites,
  parityWrites,
  describeEndpoints,
  servingQueries,
  servingWrites,
  searchExperiments,
  searchLoggedModels,
  searchRuns,
  predictionQueries,
  predictionWrites,
];

export const operations: Operations = new Map(
  modules.flatMap((exports) => Object.values(exports).filter(isOperation)).map((operation) => [operation.name, operation]),
);

function isOperation(value: unknown): value is Operation<never, unknown> {
  return typeof value === 'object' && value !== null && 'kind' in value && 'run' in value && 'name' in value;
}
