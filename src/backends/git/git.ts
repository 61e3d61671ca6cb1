/** Git as the data layer needs it. Paths are absolute unless said otherwise; no call runs a hook. */
export interface Git {
  /** The work tree's root; symbolic links resolved. */
  readonly root: string;
  /** The folder that holds `info/exclude`, shared by all work trees of the repository. */
  readonly commonDir: string;
  /** Whether the index holds this path or anything below it. */
  isTracked(path: string): Promise<boolean>;
  /** Stages files, ignored ones too. */
  add(paths: readonly string[]): Promise<void>;
  /** The commit's full hash; undefined where nothing has that name. */
  resolve(revision: string): Promise<string | undefined>;
  /** The files of a commit: path relative to `root` → id of its blob; links and submodules left out. */
  listFiles(commit: string): Promise<ReadonlyMap<string, string>>;
  /** Blob id → its bytes. */
  readBlobs(blobs: readonly string[]): Promise<ReadonlyMap<string, Buffer>>;
  /** Whether the work tree or the index differs from HEAD, and the absolute paths of untracked files. */
  status(): Promise<{ readonly hasChanges: boolean; readonly untracked: readonly string[] }>;
  /** The checked-out branch; undefined on a detached HEAD. */
  branch(): Promise<string | undefined>;
  /** What tracked files differ in from HEAD, as `git apply` takes it; undefined where they do not differ. */
  patch(): Promise<string | undefined>;
  /** The revisions that `-a`, `-T` and `-A` mean: names of branches, names of tags, hashes of all commits reachable from either or HEAD. */
  revisions(which: 'branches' | 'tags' | 'commits'): Promise<readonly string[]>;
  /** A commit and its first ancestors, `count` together at most: full hashes, newest first. */
  firstParents(commit: string, count: number): Promise<readonly string[]>;
  /** Commits reachable from branches, tags or HEAD that were committed at this time or later. */
  commitsSince(seconds: number): Promise<readonly string[]>;
}

export interface GitFinder {
  /** @param root a folder that holds `.git`: the folder itself, or the file of a linked work tree or submodule. Starts no process. */
  open(root: string): Git;
}
