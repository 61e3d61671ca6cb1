/** Runs as columns: they cross from a database thread at a fraction of what as many objects cost. */
import type { NamedValue } from './experiment.ts';
import type { Metric, Run, RunInfo } from './run.ts';

/** Rows of one kind, a list of values for each field. */
type Columns<Row> = { readonly [Field in keyof Row]-?: Row[Field][] };

/** Rows of several runs one after the other; `counts` says how many are of each. */
interface Grouped<Row> {
  readonly counts: readonly number[];
  readonly columns: Columns<Row>;
}

export interface RunColumns {
  readonly infos: Columns<RunInfo>;
  readonly metrics: Grouped<Metric>;
  readonly params: Grouped<NamedValue>;
  readonly tags: Grouped<NamedValue>;
  /** Few runs have any of these: by the run's position. */
  readonly others: ReadonlyMap<number, Pick<Run, 'datasets' | 'modelInputs' | 'modelOutputs'>>;
}

const infoFields = ['runId', 'experimentId', 'name', 'userId', 'status', 'startedAt', 'endedAt', 'deletedAt', 'artifactUri'] as const;
const metricFields = ['name', 'value', 'timestamp', 'step'] as const;
const namedFields = ['name', 'value'] as const;

export function toColumns(runs: readonly Run[]): RunColumns {
  const others = new Map<number, Pick<Run, 'datasets' | 'modelInputs' | 'modelOutputs'>>();
  for (const [index, { datasets, modelInputs, modelOutputs }] of runs.entries()) {
    if (datasets.length + modelInputs.length + modelOutputs.length > 0) others.set(index, { datasets, modelInputs, modelOutputs });
  }
  return {
    infos: columnsOf(
      infoFields,
      runs.map((run) => run.info),
    ),
    metrics: groupedOf(metricFields, runs, (run) => run.metrics),
    params: groupedOf(namedFields, runs, (run) => run.params),
    tags: groupedOf(namedFields, runs, (run) => run.tags),
    others,
  };
}

export function fromColumns(columns: RunColumns): Run[] {
  const infos = rowsOf(infoFields, columns.infos);
  const metrics = listsOf(metricFields, columns.metrics);
  const params = listsOf(namedFields, columns.params);
  const tags = listsOf(namedFields, columns.tags);
  return infos.map((info, index) => ({
    info,
    metrics: metrics[index]!,
    params: params[index]!,
    tags: tags[index]!,
    ...(columns.others.get(index) ?? { datasets: [], modelInputs: [], modelOutputs: [] }),
  }));
}

function columnsOf<Row>(fields: readonly (keyof Row)[], rows: readonly Row[]): Columns<Row> {
  return Object.fromEntries(fields.map((field) => [field, rows.map((row) => row[field])])) as Columns<Row>;
}

function rowsOf<Row>(fields: readonly (keyof Row)[], columns: Columns<Row>): Row[] {
  return columns[fields[0]!].map((_, index) => {
    const row = {} as Row;
    for (const field of fields) row[field] = columns[field][index]!;
    return row;
  });
}

function groupedOf<Row>(fields: readonly (keyof Row)[], runs: readonly Run[], rowsIn: (run: Run) => readonly Row[]): Grouped<Row> {
  return { counts: runs.map((run) => rowsIn(run).length), columns: columnsOf(fields, runs.flatMap(rowsIn)) };
}

function listsOf<Row>(fields: readonly (keyof Row)[], grouped: Grouped<Row>): Row[][] {
  const rows = rowsOf(fields, grouped.columns);
  let end = 0;
  return grouped.counts.map((count) => rows.slice(end, (end += count)));
}
