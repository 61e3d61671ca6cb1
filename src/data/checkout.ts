import { mkdirSync, readdirSync, rmdirSync, statSync, unlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { MillwrightError, errnoOf } from '../errors.ts';
import type { HashAlgorithm } from '../formats/dvc/entry.ts';
import { createPacer } from '../lib/pacer.ts';
import { hasObject, objectPath, objectState, readTree, type Cache } from './cache.ts';
import type { Progress } from './effects.ts';
import { hashPath } from './hash.ts';
import { createLinker } from './link.ts';
import { isDirectoryHash, type HashedPath, type TrackedOutput } from './output.ts';
import type { Repository } from './repository.ts';
import { makeExecutable, stagingFolder } from './save-output.ts';
import { TICK_MS, stateKey } from './state.ts';

export interface FileChange {
  /** Relative to the output; '' where the output is a file. */
  readonly relpath: string;
  /** The object to put there; undefined where the file goes. */
  readonly md5: string | undefined;
  /** Whether a file is there now whose content is to go. */
  readonly replaces: boolean;
}

/** What a checkout of one output would do. */
export interface CheckoutPlan {
  readonly output: TrackedOutput;
  /** How the output as a whole changes; undefined where only links or nothing change. */
  readonly kind: 'added' | 'modified' | 'deleted' | undefined;
  readonly changes: readonly FileChange[];
  /** Files that would be lost: their content is in no cache. Absolute. */
  readonly unsaved: readonly string[];
  /** Set where the cache lacks what is to be restored: then the output goes as a whole, as with DVC, so that nothing stale or half is left. */
  readonly isMissing: boolean;
  readonly stats: CheckoutStats;
  /** The hash of what is there now; undefined where nothing is. */
  readonly held: string | undefined;
}

export interface CheckoutStats {
  readonly added: number;
  readonly modified: number;
  readonly deleted: number;
}

export interface CheckoutOptions {
  /** Recreate links of files whose content is right. */
  readonly relink: boolean;
  /** Only this path inside the output; absolute. */
  readonly only?: string;
}

/** Decides what has to change for an output to be what was recorded, and changes nothing. */
export async function planCheckout(repository: Repository, output: TrackedOutput, options: CheckoutOptions): Promise<CheckoutPlan> {
  const { hash } = output.entry;
  const cache = repository.cache(output.entry.algorithm);
  const wanted = hash === undefined ? undefined : wantedFiles(cache, hash.value, isDirectoryHash(hash));
  const present = await hashPath(repository, output.path, output.entry.algorithm);
  const held = present?.hash.value;
  if (hash !== undefined && held === hash.value && !options.relink)
    return { output, kind: undefined, changes: [], unsaved: [], stats: noStats, held, isMissing: false };
  const missing = { ...removal(cache, output, present), kind: undefined, stats: noStats, isMissing: true };
  if (wanted === undefined) return missing;
  const current = new Map(
    present === undefined
      ? []
      : present.tree === undefined
        ? [['', present.hash.value]]
        : present.tree.map((file) => [file.relpath, file.md5]),
  );
  const changes = diff(current, wanted, insideOf(output.path, options.only));
  if (changes.some(({ md5 }) => md5 !== undefined && isLacking(repository, cache, md5))) return missing;
  const unsaved = changes
    .filter((change) => change.replaces && !hasObject(cache, current.get(change.relpath)!))
    .map((change) => join(output.path, change.relpath));
  const relinks = options.relink ? relinksOf(cache, wanted, changes) : [];
  const stats = count(changes);
  const kind =
    present === undefined
      ? 'added'
      : changes.length === 0 && isDirectoryHash(hash!) === (present.tree !== undefined)
        ? undefined
        : 'modified';
  return { output, kind, changes: [...changes, ...relinks], unsaved, isMissing: false, stats, held };
}

function isLacking({ effects }: Repository, cache: Cache, value: string): boolean {
  const state = objectState(cache, value);
  if (state === 'damaged')
    effects.warn(`the cache object ${objectPath(cache, value)} was damaged and is removed: fetch or pull brings a whole one`);
  return state !== 'whole';
}

const noStats: CheckoutStats = { added: 0, modified: 0, deleted: 0 };

/** The plan for an output that no file declares any more. */
export async function planRemoval(repository: Repository, output: TrackedOutput): Promise<CheckoutPlan> {
  const present = await hashPath(repository, output.path, output.entry.algorithm);
  return removal(repository.cache(output.entry.algorithm), output, present);
}

function removal(cache: Cache, output: TrackedOutput, present: HashedPath | undefined): CheckoutPlan {
  const files = present === undefined ? [] : (present.tree ?? [{ relpath: '', md5: present.hash.value }]);
  return {
    output,
    kind: present === undefined ? undefined : 'deleted',
    changes: files.map(({ relpath }) => ({ relpath, md5: undefined, replaces: true })),
    unsaved: files.filter(({ md5 }) => !hasObject(cache, md5)).map(({ relpath }) => join(output.path, relpath)),
    isMissing: false,
    stats: { ...noStats, deleted: files.length },
    held: present?.hash.value,
  };
}

/** Relative path → hash of what should be there; undefined where the cache cannot tell. */
function wantedFiles(cache: Cache, value: string, isDirectory: boolean): ReadonlyMap<string, string> | undefined {
  if (!isDirectory) return new Map([['', value]]);
  const tree = readTree(cache, value);
  return tree === undefined ? undefined : new Map(tree.map((file) => [file.relpath, file.md5]));
}

function diff(
  current: ReadonlyMap<string, string>,
  wanted: ReadonlyMap<string, string>,
  isInside: (relpath: string) => boolean,
): FileChange[] {
  const changes: FileChange[] = [];
  for (const relpath of current.keys())
    if (!wanted.has(relpath) && isInside(relpath)) changes.push({ relpath, md5: undefined, replaces: true });
  for (const [relpath, md5] of wanted) {
    if (current.get(relpath) !== md5 && isInside(relpath)) changes.push({ relpath, md5, replaces: current.has(relpath) });
  }
  return changes;
}

function insideOf(root: string, only: string | undefined): (relpath: string) => boolean {
  if (only === undefined || only === root) return () => true;
  const prefix = only.slice(root.length + 1);
  return (relpath) => relpath === prefix || relpath.startsWith(`${prefix}/`);
}

/** Every file whose content stays, to be put there once more: what kind of link it is now does not matter. */
function relinksOf(cache: Cache, wanted: ReadonlyMap<string, string>, changes: readonly FileChange[]): FileChange[] {
  const changed = new Set(changes.map((change) => change.relpath));
  return [...wanted]
    .filter(([relpath, md5]) => !changed.has(relpath) && hasObject(cache, md5))
    .map(([relpath, md5]) => ({ relpath, md5, replaces: true }));
}

function count(changes: readonly FileChange[]): CheckoutStats {
  return {
    added: changes.filter((change) => change.md5 !== undefined && !change.replaces).length,
    modified: changes.filter((change) => change.md5 !== undefined && change.replaces).length,
    deleted: changes.filter((change) => change.md5 === undefined).length,
  };
}

/** Throws unless nothing would be lost. */
export function refuseUnsaved(plans: readonly CheckoutPlan[]): void {
  const unsaved = plans.flatMap((plan) => plan.unsaved);
  if (unsaved.length === 0) return;
  throw new MillwrightError(
    'DATA_ERROR',
    `Can't remove the following unsaved files without confirmation. Use \`--force\` to force.\n${unsaved.join('\n')}`,
    { details: { unsaved } },
  );
}

/** Makes the changes of a plan. A crash between two of them leaves whole files, and the next checkout goes on from there. */
export async function applyCheckout(repository: Repository, plan: CheckoutPlan): Promise<void> {
  const { path, entry } = plan.output;
  const progress = repository.effects.progress.start(`Checking out ${basename(path)}`, 'files', plan.changes.length);
  try {
    const pace = createPacer(repository.effects.signal);
    for (const { relpath, md5 } of plan.changes) {
      if (md5 !== undefined) continue;
      await pace();
      removeFile(path, relpath);
      progress.advance(1);
    }
    if (plan.kind === 'deleted' || plan.isMissing) return void removeEmptyFolder(path);
    await createFiles(repository, plan, pace, progress);
  } finally {
    progress.finish();
  }
  if (entry.meta.isexec === true && statSync(path, { throwIfNoEntry: false })?.isFile() === true) makeExecutable(path);
}

async function createFiles(
  repository: Repository,
  plan: CheckoutPlan,
  pace: () => Promise<void> | undefined,
  progress: Progress,
): Promise<void> {
  const { path, entry } = plan.output;
  const cache = repository.cache(entry.algorithm);
  if (plan.kind !== undefined) prepareRoot(path, entry.hash !== undefined && isDirectoryHash(entry.hash));
  const creations = plan.changes.filter((change) => change.md5 !== undefined);
  if (creations.length === 0) return;
  const linker = createLinker(repository.config.linkTypes, stagingFolder(repository));
  const created: CreatedFile[] = [];
  let lastFolder = '';
  for (const { relpath, md5 } of creations) {
    await pace();
    const destination = relpath === '' ? path : `${path}/${relpath}`;
    const folder = dirname(destination);
    if (folder !== lastFolder) mkdirSync(folder, { recursive: true });
    lastFolder = folder;
    linker.create(objectPath(cache, md5!), destination);
    created.push({ path: destination, md5: md5! });
    progress.advance(1);
  }
  await rememberCreated(repository, entry.algorithm, created);
}

interface CreatedFile {
  readonly path: string;
  readonly md5: string;
}

/** Files made just now could still change within one tick of the clock; after it, what they hold is known without reading them. */
async function rememberCreated(repository: Repository, algorithm: HashAlgorithm, created: readonly CreatedFile[]): Promise<void> {
  await setTimeout(TICK_MS + 5);
  for (const { path, md5 } of created) {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat !== undefined)
      repository.state.set(stateKey(algorithm, path), { inode: stat.ino, mtimeMs: stat.mtimeMs, size: stat.size }, md5);
  }
}

/** A folder stands where a file is to be, or the other way round: its files are gone by now. */
function prepareRoot(path: string, isDirectory: boolean): void {
  if (isDirectory) mkdirSync(path, { recursive: true });
  else removeEmptyFolder(path);
}

/** Removes a file and the folders that it leaves empty, up to the output itself. */
function removeFile(root: string, relpath: string): void {
  const path = join(root, relpath);
  try {
    unlinkSync(path);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
  for (let folder = dirname(path); relpath !== '' && folder.length > root.length; folder = dirname(folder)) {
    if (!removeEmptyFolder(folder)) return;
  }
}

function removeEmptyFolder(folder: string): boolean {
  try {
    if (readdirSync(folder).length > 0) return false;
    rmdirSync(folder);
    return true;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ENOTEMPTY'].includes(errnoOf(error) ?? '')) return false;
    throw error;
  }
}
