import { Button, Checkbox, Popover } from '@mantine/core';
import { useMemo } from 'react';
import type { Prediction } from '../../../../src/api/predictions.ts';
import { ColumnsIcon } from '../../ui/icons.tsx';
import { factTitles, titleOfColumn } from './prediction-columns.tsx';
import { featuresOf } from './predictions-view.ts';

/** Every fact and every feature that the loaded predictions have, to show or hide. */
export function PredictionColumnChoice(props: {
  rows: readonly Prediction[];
  shown: readonly string[];
  suggested: boolean;
  onChange: (columns: readonly string[] | undefined) => void;
}) {
  const groups = useMemo(() => {
    const features = new Set([
      ...featuresOf(props.rows).map((name) => `features.${name}`),
      ...props.shown.filter((id) => id.startsWith('features.')),
    ]);
    return [
      ['About the prediction', Object.keys(factTitles)],
      ['Features', [...features].toSorted()],
    ] as const;
  }, [props.rows, props.shown]);
  const toggle = (id: string) =>
    props.onChange(props.shown.includes(id) ? props.shown.filter((column) => column !== id) : [...props.shown, id]);
  return (
    <Popover position="bottom-end" width={280} shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <Button variant="default" leftSection={<ColumnsIcon size={14} />}>
          Columns
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label="Columns">
        <div className="prediction-column-groups">
          {groups.map(
            ([title, ids]) =>
              ids.length > 0 && (
                <fieldset key={title}>
                  <legend>{title}</legend>
                  {ids.map((id) => (
                    <Checkbox key={id} label={titleOfColumn(id)} checked={props.shown.includes(id)} onChange={() => toggle(id)} />
                  ))}
                </fieldset>
              ),
          )}
        </div>
        <Button variant="subtle" fullWidth disabled={props.suggested} onClick={() => props.onChange(undefined)}>
          As suggested
        </Button>
      </Popover.Dropdown>
    </Popover>
  );
}
