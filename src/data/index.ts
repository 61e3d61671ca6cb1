export { add, type AddInput } from './add.ts';
export { hasObject, objectPath, readTree, writeObject, type Cache } from './cache.ts';
export { applyCheckout, planCheckout, planRemoval, refuseUnsaved, type CheckoutPlan } from './checkout.ts';
export { checkoutOutputs, type CheckoutReport } from './checkout-outputs.ts';
export { commitDvcFile } from './commit.ts';
export { configLevels, loadConfig, type ConfigLevel, type DvcConfig, type LinkType } from './config.ts';
export type { ConfigSection } from '../formats/dvc/config-file.ts';
export { configFilesOf, editLevel, fileOf, readLevel, setOption, type ConfigFiles } from './config-edit.ts';
export { dataStatus, type Changes, type DataStatus } from './data-status.ts';
export { diff, diffSections, type Diff, type DiffItem } from './diff.ts';
export type { DataEffects, Progress, ProgressSink } from './effects.ts';
export { hashFiles, hashPath } from './hash.ts';
export { initRepository } from './init.ts';
export { withPathClaims, withRepositoryLock, type PathClaims, type RepositoryLock } from './locking.ts';
export { hasWholeObject, outputExists, outputStatus, workspaceStatus } from './output-status.ts';
export {
  isDirectoryHash,
  sameHash,
  type DependencyEntry,
  type Hash,
  type HashAlgorithm,
  type HashedPath,
  type Meta,
  type OutputEntry,
  type OutputState,
  type TrackedDependency,
  type TrackedOutput,
} from './output.ts';
export { move } from './move.ts';
export { removeDvcFile, unprotectOutput } from './remove.ts';
export { ensurePrivateFolders } from './private-folders.ts';
export { findRoot, openRepository, type Repository } from './repository.ts';
export { makeExecutable, saveOutput, type SaveOptions } from './save-output.ts';
export { collectChanges, type ScmChanges } from './scm-changes.ts';
export type { TrackedStage, StageTarget } from './stages.ts';
