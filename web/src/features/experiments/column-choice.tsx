import { Button, Checkbox, Popover, TextInput } from '@mantine/core';
import { useMemo, useState } from 'react';
import type { Run } from '../../../../sdk/src/mlflow.ts';
import { ColumnsIcon } from '../../ui/icons.tsx';
import { attributeTitles } from './run-columns.tsx';

/** Every attribute, metric, param and tag that the loaded runs have, to show or hide. */
export function ColumnChoice(props: {
  runs: readonly Run[];
  shown: readonly string[];
  suggested: boolean;
  onChange: (columns: readonly string[] | undefined) => void;
}) {
  const [search, setSearch] = useState('');
  const groups = useMemo(() => columnGroups(props.runs, props.shown), [props.runs, props.shown]);
  const toggle = (id: string) =>
    props.onChange(props.shown.includes(id) ? props.shown.filter((column) => column !== id) : [...props.shown, id]);
  return (
    <Popover position="bottom-end" width={300} shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <Button variant="default" leftSection={<ColumnsIcon size={14} />}>
          Columns
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label="Columns">
        <TextInput
          placeholder="Find a column"
          aria-label="Find a column"
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
        <div className="column-groups">
          {groups.map(([title, ids]) => {
            const found = ids.filter((id) => titleOf(id).toLowerCase().includes(search.toLowerCase()));
            if (found.length === 0) return null;
            return (
              <fieldset key={title} className="column-group">
                <legend>{title}</legend>
                {found.map((id) => (
                  <Checkbox key={id} label={titleOf(id)} checked={props.shown.includes(id)} onChange={() => toggle(id)} />
                ))}
              </fieldset>
            );
          })}
        </div>
        <Button variant="subtle" fullWidth disabled={props.suggested} onClick={() => props.onChange(undefined)}>
          As suggested
        </Button>
      </Popover.Dropdown>
    </Popover>
  );
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
