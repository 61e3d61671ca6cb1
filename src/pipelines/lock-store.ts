/**
 * The dvc.lock files of one reproduction. Each is written whole after every stage, and durable when the reproduction ends: a power cut
 * may take the last stages back, which are then taken from the run cache or run again. Entries of stages that are new come in the order
 * of the plan, whichever stage ends first, so that a parallel run leaves the file of a serial one.
 */
import { dirname, relative } from 'node:path';
import { syncFolder } from '../data/cache.ts';
import type { Repository } from '../data/repository.ts';
import { stagingFolder } from '../data/save-output.ts';
import type { LockFile } from '../formats/dvc/lock-file.ts';
import { loadLock, lockPathOf, readText, refuseGitIgnored } from './load.ts';
import type { Mapping } from '../formats/dvc/value.ts';
import { lockEntryOf } from './lock-entry.ts';
import { replaceFileSoon } from '../lib/replace-file.ts';
import type { Stage } from './stage.ts';

export interface LockStoreOptions {
  readonly repository: Repository;
  readonly cwd: string;
  readonly say: (line: string) => void;
}

interface OpenLock {
  readonly path: string;
  readonly lock: LockFile;
  exists: boolean;
  /** Stages appended by this run: name → place in the plan. */
  readonly added: Map<string, number>;
}

export class LockStore implements Disposable {
  private readonly open = new Map<string, OpenLock>();
  private readonly changed = new Set<string>();
  private readonly written = new Set<string>();
  private readonly options: LockStoreOptions;

  constructor(options: LockStoreOptions) {
    this.options = options;
  }

  /** Writes the entry of a stage. `place`: its position in the plan. */
  write(stage: Stage, place: number): void {
    if (stage.name === undefined) return;
    const opened = this.of(stage.file);
    const shown = relative(this.options.cwd, opened.path);
    if (!opened.exists) this.options.say(`Generating lock file '${shown}'`);
    const later = [...opened.added].filter(([, other]) => other > place).map(([name]) => name);
    const isNew = opened.lock.get(stage.name) === undefined;
    const isModified = opened.lock.set(stage.name, lockEntryOf(stage), new Set(later));
    if (isNew) opened.added.set(stage.name, place);
    if (isModified) this.options.say(`Updating lock file '${shown}'`);
    if (!isModified && opened.exists) return;
    replaceFileSoon(opened.path, opened.lock.toString(), stagingFolder(this.options.repository));
    opened.exists = true;
    this.written.add(opened.path);
    if (isModified) this.changed.add(opened.path);
  }

  /** What the lock file on disk says of a stage. */
  entryOf(stage: Stage): Mapping | undefined {
    return stage.name === undefined ? undefined : (this.open.get(stage.file)?.lock.get(stage.name) ?? stage.locked);
  }

  /** Makes durable what was written. */
  [Symbol.dispose](): void {
    for (const folder of new Set([...this.written].map((path) => dirname(path)))) syncFolder(folder);
    this.written.clear();
  }

  /** Absolute paths of the files whose content changed. */
  get changedFiles(): string[] {
    return [...this.changed];
  }

  private of(pipelineFile: string): OpenLock {
    const known = this.open.get(pipelineFile);
    if (known !== undefined) return known;
    const path = lockPathOf(pipelineFile);
    refuseGitIgnored(this.options, path);
    const opened = { path, lock: loadLock(pipelineFile, this.options.cwd), exists: readText(path) !== undefined, added: new Map() };
    this.open.set(pipelineFile, opened);
    return opened;
  }
}
