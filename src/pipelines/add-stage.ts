/** `stage add`: a new stage, checked against the rest of the repository before anything is written. */
import { existsSync, statSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { MillwrightError } from '../errors.ts';
import { defaultParamsFile, type ParamsDependency, type StageOutput } from '../formats/dvc/stage-definition.ts';
import { writeStage, type EditContext } from './edit-stage.ts';
import { buildGraph } from './graph.ts';
import { loadLock, pipelineStage } from './load.ts';
import { Project } from './project.ts';
import type { WrittenStage } from './stage-entry.ts';
import type { Stage } from './stage.ts';

export interface NewOutput {
  readonly path: string;
  readonly kind: StageOutput['kind'];
  readonly cache: boolean;
  readonly persist: boolean;
}

export interface NewStage {
  readonly name: string;
  readonly cmd: string;
  readonly wdir: string | undefined;
  readonly deps: readonly string[];
  /** `key,key`, `file:key,key` or `file:` for all of it. */
  readonly params: readonly string[];
  readonly outs: readonly NewOutput[];
  readonly alwaysChanged: boolean;
  readonly desc: string | undefined;
  /** Replaces a stage of that name. */
  readonly force: boolean;
}

/** Writes the stage into the dvc.yaml of the working directory; returns it as loaded. */
export async function addStage(context: EditContext, input: NewStage): Promise<Stage> {
  const { repository, cwd } = context;
  checkName(input.name);
  if (input.cmd === '')
    throw new MillwrightError(
      'DATA_ERROR',
      "command is not specified: write it after the options, as in 'stage add -n train python train.py'",
    );
  const file = resolve(cwd, 'dvc.yaml');
  const project = Project.load(context);
  const old = project.inFile(file).find(({ name }) => name === input.name);
  if (old !== undefined && !input.force) {
    throw new MillwrightError(
      'DATA_ERROR',
      `Stage '${input.name}' already exists in '${relative(cwd, file)}'. Use '--force' to overwrite.`,
    );
  }
  if (old?.definition?.isParametrized === true) {
    throw new MillwrightError('DATA_ERROR', `cannot dump a parametrized stage: '${old.address}': edit dvc.yaml yourself`);
  }
  const written = withKept(definitionOf(input), old);
  const definition = { ...written, group: undefined, isParametrized: false, trackedVars: new Map() };
  const stage = pipelineStage(definition, file, relative(cwd, file), loadLock(file, cwd));
  checkStage(stage, repository.root, cwd);
  buildGraph([...project.stages.filter((other) => other !== old && !(other.file === file && other.name === input.name)), stage], cwd);
  writeStage({ ...context, say: () => undefined }, file, written);
  await ignoreOutputs(context, stage);
  context.say(`Added stage '${stage.address}' in '${relative(cwd, file)}'`);
  return stage;
}

/** As DVC does, up to the first output whose folder is not there yet: the run of the stage ignores the rest. */
async function ignoreOutputs({ changes, repository }: EditContext, stage: Stage): Promise<void> {
  for (const { path } of stage.outs.filter(({ entry }) => entry.cache)) {
    if (!existsSync(dirname(path))) {
      repository.effects.warn(
        `there is no folder for ${relative(repository.root, path)} yet: Git is told to ignore it when the stage runs`,
      );
      return;
    }
    await changes.ignore(path);
  }
}

function checkName(name: string): void {
  if (name !== '' && !/[!-,./:-@[-^`{-~]/.test(name)) return;
  throw new MillwrightError(
    'DATA_ERROR',
    `Stage name cannot contain punctuation characters: '${name}' may hold letters, digits, '-' and '_'`,
  );
}

function definitionOf(input: NewStage): WrittenStage {
  return {
    name: input.name,
    cmd: input.cmd,
    wdir: input.wdir ?? '.',
    deps: input.deps,
    params: paramsOf(input.params),
    outs: input.outs.map((out) => ({ ...out, push: true, remote: undefined, annotations: new Map(), plot: new Map() })),
    frozen: false,
    alwaysChanged: input.alwaysChanged,
    desc: input.desc,
    meta: undefined,
  };
}

function paramsOf(words: readonly string[]): ParamsDependency[] {
  const files = new Map<string, string[]>();
  for (const word of words) {
    const colon = word.lastIndexOf(':');
    const path = colon > 0 ? word.slice(0, colon) : defaultParamsFile;
    const keys = word
      .slice(colon + 1)
      .split(',')
      .filter((key) => key !== '');
    files.set(path, [...(files.get(path) ?? []), ...keys]);
  }
  return [...files].map(([path, keys]) => ({ path, keys }));
}

/** What `stage add` has no option for stays as it was. */
function withKept(stage: WrittenStage, old: Stage | undefined): WrittenStage {
  const before = old?.definition;
  if (before === undefined) return stage;
  const outs = stage.outs.map((out) => {
    const same = before.outs.find(({ path }) => path === out.path);
    return same === undefined ? out : { ...out, annotations: same.annotations, remote: same.remote, push: same.push };
  });
  return { ...stage, outs, meta: before.meta, desc: before.desc };
}

function checkStage(stage: Stage, root: string, cwd: string): void {
  const shown = relative(cwd, stage.wdir) || '.';
  const folder = statSync(stage.wdir, { throwIfNoEntry: false });
  if (folder === undefined) throw new MillwrightError('DATA_ERROR', `stage working dir '${shown}' does not exist: create it first`);
  if (!folder.isDirectory()) throw new MillwrightError('DATA_ERROR', `stage working dir '${shown}' is not directory`);
  if (stage.wdir !== root && !stage.wdir.startsWith(`${root}/`))
    throw new MillwrightError('DATA_ERROR', `stage working dir '${shown}' is outside of DVC repo`);
  const external = stage.outs.filter(({ path, entry }) => entry.cache && !path.startsWith(`${root}/`)).map(({ entry }) => entry.path);
  if (external.length > 0)
    throw new MillwrightError(
      'DATA_ERROR',
      `Cached output(s) outside of DVC project: ${external.join(', ')}: use --outs-no-cache for them`,
    );
  const deps = [...stage.deps.map(({ path }) => path), ...stage.params.map(({ location }) => location)];
  const outs = stage.outs.map(({ path }) => path);
  const both = deps.find((path) => outs.includes(path));
  if (both !== undefined)
    throw new MillwrightError('DATA_ERROR', `'${relative(cwd, both)}' is specified as an output and as a dependency.`);
  const all = [...deps, ...outs];
  const twice = all.find((path, index) => all.indexOf(path) !== index);
  if (twice !== undefined) throw new MillwrightError('DATA_ERROR', `file '${relative(cwd, twice)}' is specified more than once.`);
}
