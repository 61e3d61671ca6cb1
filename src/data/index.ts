export { add, type AddInput } from './add.ts';
export { hasObject, type Cache } from './cache.ts';
export { isDirectoryHash } from '../formats/dvc/entry.ts';
export { decodeTree } from '../formats/dvc/tree.ts';
export type { CheckoutPlan } from './checkout.ts';
export { checkoutOutputs, type CheckoutReport } from './checkout-outputs.ts';
export { commitDvcFile } from './commit.ts';
export { configLevels, type ConfigLevel, type DvcConfig, type LinkType } from './config.ts';
export type { ConfigSection } from '../formats/dvc/config-file.ts';
export { configFilesOf, editLevel, fileOf, readLevel, setOption, type ConfigFiles } from './config-edit.ts';
export type { ListInRemote } from './data-index.ts';
export { dataStatus, type Changes, type DataStatus } from './data-status.ts';
export { diff, diffSections, type Diff, type DiffItem } from './diff.ts';
export type { DataEffects, Progress, ProgressSink } from './effects.ts';
export { initRepository } from './init.ts';
export { withRepositoryLock, type PathClaims, type RepositoryLock } from './locking.ts';
export type {
  DependencyEntry,
  Hash,
  HashAlgorithm,
  HashedPath,
  Meta,
  OutputEntry,
  OutputState,
  TrackedDependency,
  TrackedOutput,
} from './output.ts';
export { move } from './move.ts';
export { unprotectOutput } from './remove.ts';
export { ensurePrivateFolders } from './private-folders.ts';
export { findRoot, type Repository } from './repository.ts';
export type { SaveOptions } from './save-output.ts';
export { collectChanges, type ScmChanges } from './scm-changes.ts';
export type { TrackedStage, StageTarget } from './stages.ts';
