import { useMemo } from 'react';
import type { Prediction } from '../../../../src/api/predictions.ts';
import { ColumnPicker } from '../../ui/column-picker.tsx';
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
  return <ColumnPicker groups={groups} titleOf={titleOfColumn} shown={props.shown} suggested={props.suggested} onChange={props.onChange} />;
}
