/** All stages of a repository, and what a target on the command line names among them. */
import { existsSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { MillwrightError } from '../errors.ts';
import { globPattern } from '../formats/dvc/params-file.ts';
import { findStageFiles } from './discover.ts';
import { buildGraph, type Graph } from './graph.ts';
import { isFolder, loadDvcFile, loadPipeline, type LoadContext, type LoadedPipeline } from './load.ts';
import type { Stage } from './stage.ts';

export class Project {
  readonly stages: readonly Stage[];
  readonly pipelines: readonly LoadedPipeline[];
  private readonly context: LoadContext;
  private knownGraph: Graph | undefined;

  private constructor(context: LoadContext, stages: readonly Stage[], pipelines: readonly LoadedPipeline[]) {
    this.context = context;
    this.stages = stages;
    this.pipelines = pipelines;
  }

  /** Reads every dvc.yaml and `.dvc` file of the repository. */
  static load(context: LoadContext, options: { readonly skipBroken: boolean } = { skipBroken: false }): Project {
    const stages: Stage[] = [];
    const pipelines: LoadedPipeline[] = [];
    const outputs = new Set<string>();
    // Stage files of a folder are read before its folders are looked into, so outputs above are known by then
    findStageFiles(context.repository, (path) => outputs.has(path), read);
    return new Project(context, stages, pipelines);

    function read(file: string): void {
      try {
        readWhole(file);
      } catch (error) {
        if (!options.skipBroken || !(error instanceof MillwrightError)) throw error;
      }
    }

    function readWhole(file: string): void {
      const found = basename(file) === 'dvc.yaml' ? readPipeline(file) : [loadDvcFile(context, file)];
      stages.push(...found);
      for (const stage of found) for (const { path } of stage.outs) outputs.add(path);
    }

    function readPipeline(file: string): readonly Stage[] {
      const pipeline = loadPipeline(context, file);
      pipelines.push(pipeline);
      return pipeline.tracked;
    }
  }

  /** Throws where outputs clash or stages form a circle. */
  get graph(): Graph {
    this.knownGraph ??= buildGraph(this.stages, this.context.cwd);
    return this.knownGraph;
  }

  /**
   * The stages that a target names: `stage`, `group`, `group@key`, `path/dvc.yaml`, `path/dvc.yaml:stage`, `x.dvc`.
   * With `glob` the name is a pattern; with `recursive` a folder names all stages below it.
   */
  find(target: string, options: { readonly glob: boolean; readonly recursive: boolean }): readonly Stage[] {
    const { cwd } = this.context;
    const path = resolve(cwd, target);
    if (options.recursive && isFolder(path)) return this.stages.filter(({ file }) => file.startsWith(`${path}/`));
    if (target.endsWith('.dvc') && existsSync(path)) return this.inFile(path);
    const [filePart, name] = splitTarget(target);
    const file = resolve(cwd, filePart);
    const { ignore, root } = this.context.repository;
    const isThere = existsSync(file) && !ignore.isIgnored(file, false) && !isInSubRepository(file, root);
    const inFile = isThere ? this.inFile(file) : [];
    if (name === undefined) {
      if (!isThere) throw new MillwrightError('DATA_ERROR', `'${relative(cwd, file)}' does not exist`);
      return inFile;
    }
    const found = this.named(inFile, name, options.glob);
    if (found.length > 0 || options.glob) return found;
    if (!existsSync(file))
      throw new MillwrightError('DATA_ERROR', `'${relative(cwd, file)}' does not exist: '${target}' is neither a stage nor a file`);
    if (this.hasGroup(file, name)) return [];
    throw new MillwrightError('DATA_ERROR', `Stage '${name}' not found inside '${relative(cwd, file)}' file`);
  }

  /** As {@link find}; a tracked output, or a path inside of one, names its stage narrowed to it. */
  findGranular(
    target: string,
    options: { readonly glob: boolean; readonly recursive: boolean },
  ): readonly { stage: Stage; only?: string }[] {
    const path = resolve(this.context.cwd, target);
    const owner = this.stages.find((stage) => stage.outs.some((out) => out.path === path || path.startsWith(`${out.path}/`)));
    const isStageName = this.named(this.inFile(join(this.context.cwd, 'dvc.yaml')), target, false).length > 0;
    if (owner !== undefined && !isStageName) return [{ stage: owner, only: path }];
    return this.find(target, options).map((stage) => ({ stage }));
  }

  inFile(file: string): readonly Stage[] {
    const found = this.stages.filter((stage) => stage.file === file);
    if (found.length > 0 || this.pipelines.some((pipeline) => pipeline.file === file)) return found;
    if (!existsSync(file)) return [];
    return file.endsWith('.dvc') ? [loadDvcFile(this.context, file)] : loadPipeline(this.context, file).tracked;
  }

  /** The one stage that a target names: neither a group nor a whole dvc.yaml, of which more would be meant than was said. */
  findOne(target: string): Stage {
    const [stage, ...others] = this.find(target, { glob: false, recursive: false });
    const name = splitTarget(target)[1];
    if (stage !== undefined && others.length === 0 && (stage.name === undefined || stage.name === name)) return stage;
    if (name !== undefined) throw new MillwrightError('DATA_ERROR', `Stage '${name}' not found inside '${splitTarget(target)[0]}' file`);
    throw new MillwrightError('DATA_ERROR', `Stage name not provided: name the stage as '${target}:STAGE'`);
  }

  private named(stages: readonly Stage[], name: string, glob: boolean): readonly Stage[] {
    if (glob) {
      const pattern = globPattern(name);
      return stages.filter((stage) => stage.name !== undefined && pattern.test(stage.name));
    }
    return stages.filter((stage) => stage.name === name || stage.definition?.group === name);
  }

  /** A group of an empty `foreach` has no stages and is still there. */
  private hasGroup(file: string, name: string): boolean {
    return this.pipelines.some((pipeline) => pipeline.file === file && pipeline.names.has(name));
  }
}

/** Whether a file lies in a repository inside this one, which is no part of it. */
function isInSubRepository(file: string, root: string): boolean {
  for (let folder = dirname(file); folder.startsWith(`${root}/`); folder = dirname(folder)) if (isFolder(join(folder, '.dvc'))) return true;
  return false;
}

/** File and name of `path/dvc.yaml:name`, `path/dvc.yaml` or `name`. */
function splitTarget(target: string): readonly [string, string | undefined] {
  if (/\.ya?ml$/.test(target) || target.endsWith('.dvc')) return [target, undefined];
  const colon = target.lastIndexOf(':');
  if (colon > 0 && /\.ya?ml$/.test(target.slice(0, colon))) return [target.slice(0, colon), target.slice(colon + 1)];
  return ['dvc.yaml', colon === 0 ? target.slice(1) : target];
}
