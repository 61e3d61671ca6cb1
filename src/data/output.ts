/**
 * Outputs and dependencies with their place in the work tree, whichever file declares them. The entry types are those of `formats/dvc`;
 * the operations on outputs (`saveOutput`, `checkoutOutput`, `outputStatus`) are in files of their own.
 */
import type { DependencyEntry, Hash, Meta, OutputEntry } from '../formats/dvc/entry.ts';
import type { TreeFile } from '../formats/dvc/tree.ts';

export type { DependencyEntry, Hash, HashAlgorithm, Meta, OutputEntry } from '../formats/dvc/entry.ts';
export { isDirectoryHash, sameHash } from '../formats/dvc/entry.ts';

/** What a path holds now, or what an output held when it was saved. */
export interface HashedPath {
  readonly hash: Hash;
  readonly meta: Meta;
  /** The files of a directory, in DVC's order; undefined for a file. */
  readonly tree: readonly TreeFile[] | undefined;
  /** Files of a directory that are symbolic links or have several names: no copies of their own. */
  readonly linked: readonly string[];
}

export interface TrackedOutput {
  /** Absolute. */
  readonly path: string;
  readonly entry: OutputEntry;
}

export interface TrackedDependency {
  /** Absolute; for a dependency outside of the work tree (a URL) as it is written. */
  readonly path: string;
  readonly entry: DependencyEntry;
}

/** `deleted`, `modified`, `new`: the work tree differs; `not in cache`: what was recorded cannot be restored. */
export type OutputState = 'not in cache' | 'deleted' | 'modified' | 'new';
