/** Changes of dvc.yaml: `stage add`, `freeze`, `unfreeze`. */
import { relative } from 'node:path';
import type { Repository } from '../data/repository.ts';
import { stagingFolder } from '../data/save-output.ts';
import type { ScmChanges } from '../data/scm-changes.ts';
import { MillwrightError } from '../errors.ts';
import { parseDvcFile, renderDvcFile } from '../formats/dvc/dvc-file.ts';
import { readPipelineText } from '../formats/dvc/pipeline-file.ts';
import { isMapping, type Mapping } from '../formats/dvc/value.ts';
import { editYaml, emitYaml } from '../formats/dvc/yaml.ts';
import { replaceFile } from '../lib/replace-file.ts';
import { readText } from './load.ts';
import { stageEntry, type WrittenStage } from './stage-entry.ts';
import type { Stage } from './stage.ts';

export interface EditContext {
  readonly repository: Repository;
  readonly cwd: string;
  readonly changes: ScmChanges;
  readonly say: (line: string) => void;
}

/** Writes one stage into a dvc.yaml; the rest of the file keeps its text as far as DVC's editor keeps it. */
export function writeStage(context: EditContext, file: string, stage: WrittenStage): void {
  const shown = relative(context.cwd, file);
  if (context.repository.gitIgnore?.isIgnored(file, false) === true) {
    throw new MillwrightError('DATA_ERROR', `'${shown}' is ignored by Git: take it out of .gitignore, as it must be committed`);
  }
  const text = readText(file) ?? '';
  const root: Mapping = new Map(readPipelineText(text, shown));
  if (root.size === 0) context.say(`Creating '${shown}'`);
  const stages = root.get('stages');
  const known: Mapping = isMapping(stages) ? new Map(stages) : new Map();
  context.say(`${known.has(stage.name) ? 'Modifying' : 'Adding'} stage '${stage.name}' in '${shown}'`);
  known.set(stage.name, stageEntry(stage));
  root.set('stages', known);
  const edited = text.trim() === '' ? emitYaml(root) : editYaml(text, root, shown);
  replaceFile(file, edited, stagingFolder(context.repository));
  context.changes.track(file);
}

/** `freeze` and `unfreeze`. */
export function setFrozen(context: EditContext, stage: Stage, frozen: boolean): void {
  if (stage.definition === undefined) return setFileFrozen(context, stage, frozen);
  if (stage.definition.isParametrized) {
    throw new MillwrightError(
      'DATA_ERROR',
      `cannot dump a parametrized stage: '${stage.address}': write 'frozen: ${frozen}' into dvc.yaml yourself`,
    );
  }
  writeStage(context, stage.file, { ...stage.definition, frozen });
}

function setFileFrozen({ repository, changes }: EditContext, stage: Stage, frozen: boolean): void {
  const previous = readText(stage.file) ?? '';
  const content = parseDvcFile(previous, stage.address);
  replaceFile(stage.file, renderDvcFile({ ...content, frozen }, previous), stagingFolder(repository));
  changes.track(stage.file);
}
