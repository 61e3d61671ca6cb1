export { hasObject, objectPath, readTree, writeObject, type Cache } from './cache.ts';
export { applyCheckout, planCheckout, planRemoval, refuseUnsaved, type CheckoutPlan } from './checkout.ts';
export { loadConfig, type DvcConfig, type LinkType } from './config.ts';
export type { DataEffects, Progress, ProgressSink } from './effects.ts';
export { hashFiles, hashPath } from './hash.ts';
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
export { findRoot, openRepository, type Repository } from './repository.ts';
export { makeExecutable, saveOutput, type SaveOptions } from './save-output.ts';
export { collectChanges, type ScmChanges } from './scm-changes.ts';
