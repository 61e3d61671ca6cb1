/** A `.dvc` file whose data changed: `repro` records the new content in it, as DVC does. */
import type { ScmChanges } from '../data/scm-changes.ts';
import { parseDvcFile, renderDvcFile } from '../formats/dvc/dvc-file.ts';
import { readText } from './load.ts';
import { replaceFile } from './replace-file.ts';
import type { Stage } from './stage.ts';

export function saveDataFile({ changes }: { readonly changes: ScmChanges }, stage: Stage): void {
  const previous = readText(stage.file);
  if (previous === undefined) return;
  const content = parseDvcFile(previous, stage.address);
  const text = renderDvcFile({ ...content, outs: stage.outs.map(({ entry }) => entry) }, previous);
  if (text !== previous) replaceFile(stage.file, text);
  changes.track(stage.file);
}
