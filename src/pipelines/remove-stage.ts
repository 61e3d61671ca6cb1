/** `remove`: a stage goes out of dvc.yaml and dvc.lock, a `.dvc` file as a whole; its outputs are no longer ignored by Git. */
import { unlinkSync } from 'node:fs';
import { relative } from 'node:path';
import { releaseOutputs } from '../data/remove.ts';
import { stagingFolder } from '../data/save-output.ts';
import { MillwrightError } from '../errors.ts';
import { readPipelineText } from '../formats/dvc/pipeline-file.ts';

import { isMapping, type Mapping } from '../formats/dvc/value.ts';
import { editYaml } from '../formats/dvc/yaml.ts';
import { replaceFile } from '../lib/replace-file.ts';
import type { EditContext } from './edit-stage.ts';
import { loadLock, lockPathOf, readText } from './load.ts';
import { describe, type Stage } from './stage.ts';

export function removeStage(context: EditContext, stage: Stage, outputs: 'keep' | 'remove'): void {
  releaseOutputs(context.repository, stage.outs, context.changes, outputs);
  if (stage.name === undefined) return unlinkSync(stage.file);
  if (stage.definition?.isParametrized === true) {
    throw new MillwrightError('DATA_ERROR', `cannot remove a parametrized ${describe(stage)}: take it out of dvc.yaml by hand`);
  }
  removeDefinition(context, stage.file, stage.name);
  removeLockEntry(context, stage.file, stage.name);
}

function removeDefinition(context: EditContext, file: string, name: string): void {
  const text = readText(file) ?? '';
  const root: Mapping = new Map(readPipelineText(text, relative(context.cwd, file)));
  const stages = root.get('stages');
  if (!isMapping(stages) || !stages.has(name)) return;
  const left = new Map([...stages].filter(([key]) => key !== name));
  if (left.size === 0) unlinkSync(file);
  else replaceFile(file, editYaml(text, root.set('stages', left), file), stagingFolder(context.repository));
  context.changes.track(file);
}

function removeLockEntry(context: EditContext, file: string, name: string): void {
  const lock = loadLock(file, context.cwd);
  if (!lock.delete(name)) return;
  const path = lockPathOf(file);
  if (lock.isEmpty) unlinkSync(path);
  else replaceFile(path, lock.toString(), stagingFolder(context.repository));
  context.changes.track(path);
}
