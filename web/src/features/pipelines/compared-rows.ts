import type { ComparedData, ComparedRun, StageComparison } from '../../../../src/api/pipeline-run-comparison.ts';

interface Row {
  readonly key: string;
  readonly stage: string;
}

export interface ParamChange extends Row {
  readonly name: string;
  readonly from: string | undefined;
  readonly to: string | undefined;
}

export interface DataChange extends Row {
  readonly direction: 'input' | 'output';
  readonly change: ComparedData;
}

export interface MetricChange extends Row {
  readonly name: string;
  readonly runs: { readonly from: ComparedRun | null; readonly to: ComparedRun | null };
  readonly from: number | undefined;
  readonly to: number | undefined;
  readonly difference: number | undefined;
  readonly percent: number | undefined;
}

/** The stages' own params, then those that pairs of tracked runs logged. */
export function paramRows(stages: readonly StageComparison[]): readonly ParamChange[] {
  return stages.flatMap(({ stage, params, runs }) => [
    ...(params?.changes ?? []).map(({ file, key, from, to }) => {
      const name = file === 'params.yaml' ? key : `${file}: ${key}`;
      return { key: JSON.stringify([stage, file, key]), stage, name, from: JSON.stringify(from), to: JSON.stringify(to) };
    }),
    ...runs.flatMap((pair) =>
      pair.from === null || pair.to === null
        ? []
        : pair.params.changes.map(({ name, from, to }) => ({
            key: JSON.stringify([stage, pair.from?.id, pair.to?.id, name]),
            stage,
            name: `${pair.to?.name}: ${name}`,
            from: from ?? undefined,
            to: to ?? undefined,
          })),
    ),
  ]);
}

export function dataRows(stages: readonly StageComparison[]): readonly DataChange[] {
  const rows = (stage: string, direction: DataChange['direction'], changes: readonly ComparedData[] = []): DataChange[] =>
    changes.map((change) => ({ key: JSON.stringify([stage, direction, change.path]), stage, direction, change }));
  return stages.flatMap(({ stage, inputs, outputs }) => [
    ...rows(stage, 'input', inputs?.changes),
    ...rows(stage, 'output', outputs?.changes),
  ]);
}

export function metricRows(stages: readonly StageComparison[]): readonly MetricChange[] {
  return stages.flatMap(({ stage, runs }) =>
    runs.flatMap((pair) =>
      pair.metrics.map(({ name, from, to, difference }) => ({
        key: JSON.stringify([stage, pair.from?.id, pair.to?.id, name]),
        stage,
        name,
        runs: pair,
        from: from === null ? undefined : Number(from),
        to: to === null ? undefined : Number(to),
        difference: difference ?? undefined,
        percent: difference === null || Number(from) === 0 ? undefined : (difference / Math.abs(Number(from))) * 100,
      })),
    ),
  );
}

/** Every difference on a line, whole: what the page shows, as a table for elsewhere. */
export function comparedTable(stages: readonly StageComparison[]): readonly (readonly (string | number)[])[] {
  return [
    ['stage', 'kind', 'name', 'from', 'to', 'difference'],
    ...stages.map(({ stage, from, to }) => [stage, 'state', '', from?.state ?? '', to?.state ?? '', '']),
    ...stages.flatMap(({ stage, from, to }) =>
      from === null || to === null || from.command === to.command ? [] : [[stage, 'command', '', from.command, to.command, '']],
    ),
    ...paramRows(stages).map(({ stage, name, from, to }) => [stage, 'param', name, from ?? '', to ?? '', '']),
    ...dataRows(stages).map(({ stage, direction, change: { path, from, to } }) => [
      stage,
      direction,
      path,
      from?.hash ?? '',
      to?.hash ?? '',
      '',
    ]),
    ...metricRows(stages).map(({ stage, name, from, to, difference }) => [stage, 'metric', name, from ?? '', to ?? '', difference ?? '']),
  ];
}
