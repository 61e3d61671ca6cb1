export type { Act } from './tables.ts';
export type { Parity, ParityMismatch, ParityOutcome, ParityState } from './parity.ts';
export {
  dueParityChecks,
  endParityCheck,
  hastenParityChecks,
  leaseParityCheck,
  postponeParityCheck,
  type ParityCheck,
} from './parity-writes.ts';
export type { ModelVersion, Page, RegisteredModel } from './model.ts';
export { checkAlias, checkModelName, modelNotFound, versionNotFound, versionNumber, type Tag } from './names.ts';
export { canonicalStage } from './stage.ts';
export type { Gate, Target } from './gate-rows.ts';

export { countModels, findModel, findVersion, findVersionByAlias, latestVersions, listVersions } from './queries.ts';
export { namesHeldBy, presentName, type HeldName } from './held-names.ts';
export { searchModels, searchVersions, type Search } from './search-queries.ts';
export {
  createModel,
  deleteModel,
  deleteModelTag,
  deleteVersion,
  deleteVersionTag,
  renameModel,
  setModelTag,
  setVersionTag,
  updateModel,
  updateVersion,
} from './writes.ts';
export { aliasNotFound, createVersion, type VersionRequest } from './create-version.ts';

export { declareGates, recordEvidence, sealFolder, type DeclaredGates, type NewEvidence } from './gate-writes.ts';
export { findLastMove, findSealedFolder, listDecisions, listGates, type Decision, type NameMoved } from './gate-queries.ts';
export { digestInThread, type DigestFolder } from './digest-thread.ts';
export type { Follower } from './move.ts';
export { promote, rollBack, type Promotion, type RegistryContext } from './promote.ts';
