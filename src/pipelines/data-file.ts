/** A `.dvc` file whose data changed: `repro` records the new content in it, as DVC does. */
import type { Repository } from '../data/repository.ts';
import { stagingFolder } from '../data/save-output.ts';
import type { ScmChanges } from '../data/scm-changes.ts';
import { parseDvcFile, renderDvcFile } from '../formats/dvc/dvc-file.ts';
import { replaceFile } from '../lib/replace-file.ts';
import { readText } from './load.ts';
import type { Stage } from './stage.ts';

export interface DataFileContext {
  readonly repository: Repository;
  readonly changes: ScmChanges;
}

export function saveDataFile({ repository, changes }: DataFileContext, stage: Stage): void {
  const previous = readText(stage.file);
  if (previous === undefined) return;
  const content = parseDvcFile(previous, stage.address);
  const text = renderDvcFile({ ...content, outs: stage.outs.map(({ entry }) => entry) }, previous);
  if (text !== previous) replaceFile(stage.file, text, stagingFolder(repository));
  changes.track(stage.file);
}
