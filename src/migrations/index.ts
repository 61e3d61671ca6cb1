/** The schema's one timeline, for both dialects. A migration that has been released is never changed. */
import type { Migration } from '../backends/db/migrate.ts';
import { access } from './0001-access.ts';
import { tracking } from './0002-tracking.ts';
import { registry } from './0003-registry.ts';
import { pipelines } from './0004-pipelines.ts';
import { pipelineLeases } from './0005-pipeline-leases.ts';
import { evidenceSource } from './0006-evidence-source.ts';
import { stageRunMessages } from './0007-stage-run-messages.ts';
import { predictions } from './0008-predictions.ts';
import { searchIndices } from './0009-search-indices.ts';
import { serving } from './0010-serving.ts';
import { recordSettings } from './0011-record-settings.ts';
import { runIndexOrder } from './0012-run-index-order.ts';
import { parity } from './0013-parity.ts';
import { recordRemovals } from './0014-record-removals.ts';
import { parityTries } from './0015-parity-tries.ts';
import { deploymentLeases } from './0016-deployment-leases.ts';
import { movesByName } from './0017-moves-by-name.ts';
import { removedEndpoints } from './0018-removed-endpoints.ts';
import { modelRenames } from './0019-model-renames.ts';

export const migrations: readonly Migration[] = [
  access,
  tracking,
  registry,
  pipelines,
  pipelineLeases,
  evidenceSource,
  stageRunMessages,
  predictions,
  searchIndices,
  serving,
  recordSettings,
  runIndexOrder,
  parity,
  recordRemovals,
  parityTries,
  deploymentLeases,
  movesByName,
  removedEndpoints,
  modelRenames,
];
