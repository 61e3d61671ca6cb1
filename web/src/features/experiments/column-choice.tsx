import { useMemo } from 'react';
import type { Run } from '../../../../sdk/src/mlflow.ts';
import { ColumnPicker } from '../../ui/column-picker.tsx';
import { attributeTitles } from './run-columns.tsx';

/** Every attribute, metric, param and tag that the loaded runs have, to show or hide. */
export function ColumnChoice(props: {
  runs: readonly Run[];
  shown: readonly string[];
  suggested: boolean;
  onChange: (columns: readonly string[] | undefined) => void;
}) {
  const groups = useMemo(() => columnGroups(props.runs, props.shown), [props.runs, props.shown]);
  return <ColumnPicker groups={groups} titleOf={titleOf} shown={props.shown} suggested={props.suggested} onChange={props.onChange} />;
}

function titleOf(id: string): string {
  const key = id.slice(id.indexOf('.') + 1);
  return id.startsWith('attributes.') ? (attributeTitles[key] ?? key) : key;
}

function columnGroups(runs: readonly Run[], shown: readonly string[]): readonly (readonly [string, readonly string[]])[] {
  const metrics = new Set<string>();
  const params = new Set<string>();
  const tags = new Set<string>();
  for (const run of runs) {
    for (const { key } of run.metrics) metrics.add(`metrics.${key}`);
    for (const key of Object.keys(run.params)) params.add(`params.${key}`);
    for (const key of Object.keys(run.tags)) tags.add(`tags.${key}`);
  }
  for (const id of shown) ({ metrics, params, tags })[id.slice(0, id.indexOf('.')) as 'metrics' | 'params' | 'tags']?.add(id);
  const attributes = Object.keys(attributeTitles).filter((key) => key !== 'run_name');
  return [
    ['About the run', attributes.map((key) => `attributes.${key}`)],
    ['Metrics', [...metrics].toSorted()],
    ['Params', [...params].toSorted()],
    ['Tags', [...tags].toSorted()],
  ];
}
