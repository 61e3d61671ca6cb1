import { Link } from '@tanstack/react-router';
import type { ComparedData, StageComparison } from '../../../../src/api/pipeline-run-comparison.ts';
import type { DataRef } from '../../../../src/api/data-ref.ts';
import { DataTable, type Column } from '../../ui/data-table.tsx';
import { formatBytes, formatSigned, shortId } from '../../ui/format.ts';
import { MetricCell } from '../../ui/metric.tsx';
import { Section } from '../../ui/page.tsx';
import { dataRows, metricRows, paramRows, type DataChange, type MetricChange, type ParamChange } from './compared-rows.ts';

const stageColumn = { id: 'stage', title: 'Stage', width: 170, cell: ({ stage }: { stage: string }) => <Text text={stage} /> };

const paramColumns: readonly Column<ParamChange>[] = [
  stageColumn,
  { id: 'param', title: 'Param', width: 260, grow: true, cell: ({ name }) => <Text text={name} /> },
  { id: 'from', title: 'First', width: 200, cell: ({ from }) => <Text text={from} /> },
  { id: 'to', title: 'Second', width: 200, cell: ({ to }) => <Text text={to} /> },
];

const metricColumns: readonly Column<MetricChange>[] = [
  stageColumn,
  { id: 'run', title: 'Run', width: 240, grow: true, cell: ({ runs }) => <RunLinks runs={runs} /> },
  { id: 'metric', title: 'Metric', width: 160, cell: ({ name }) => <Text text={name} /> },
  { id: 'from', title: 'First', width: 100, numeric: true, cell: ({ from }) => <MetricCell value={from} /> },
  { id: 'to', title: 'Second', width: 100, numeric: true, cell: ({ to }) => <MetricCell value={to} /> },
  {
    id: 'difference',
    title: 'Difference',
    width: 130,
    numeric: true,
    cell: ({ difference, percent }) =>
      difference === undefined ? (
        <span className="dim">–</span>
      ) : (
        <span title={String(difference)}>
          {formatSigned(difference)}
          {percent !== undefined && ` (${formatSigned(percent)} %)`}
        </span>
      ),
  },
];

/** Params, data and metrics of all stages, a row for each that differs; metrics also where they are the same. */
export function ComparedValues({
  project,
  stages,
  onlyDifferences,
}: {
  project: string;
  stages: readonly StageComparison[];
  onlyDifferences: boolean;
}) {
  const params = paramRows(stages);
  const data = dataRows(stages);
  const metrics = metricRows(stages).filter(({ difference, from, to }) => !onlyDifferences || difference !== 0 || !Object.is(from, to));
  return (
    <>
      <Section title="Params that differ">
        {params.length === 0 ? (
          <p className="dim">None.</p>
        ) : (
          <DataTable label="Params compared" name="compared-params" columns={paramColumns} rows={params} rowId={({ key }) => key} />
        )}
      </Section>
      <Section title="Data that differs">
        {data.length === 0 ? (
          <p className="dim">None.</p>
        ) : (
          <DataTable label="Data compared" name="compared-data" columns={dataColumns(project)} rows={data} rowId={({ key }) => key} />
        )}
      </Section>
      <Section title="Metrics of the tracked runs">
        {metrics.length === 0 ? (
          <p className="dim">{onlyDifferences ? 'None differs.' : 'No stage of these runs logged a metric.'}</p>
        ) : (
          <DataTable label="Metrics compared" name="compared-metrics" columns={metricColumns} rows={metrics} rowId={({ key }) => key} />
        )}
      </Section>
    </>
  );
}

function Text({ text }: { text: string | undefined }) {
  return text === undefined ? <span className="dim">–</span> : <bdi title={text}>{text}</bdi>;
}

function RunLinks({ runs: { from, to } }: { runs: MetricChange['runs'] }) {
  const link = (run: { id: string; name: string }) => (
    <Link to="/experiments/runs/$runId" params={{ runId: run.id }} title={run.name}>
      <bdi>{run.name}</bdi>
    </Link>
  );
  if (from === null || to === null) return link((to ?? from)!);
  if (from.id === to.id) return link(from);
  return (
    <>
      {link(from)} → {link(to)}{' '}
      <Link to="/experiments/compare" search={{ runs: `${from.id},${to.id}` }} aria-label={`Curves of ${from.name} and ${to.name}`}>
        curves
      </Link>
    </>
  );
}

function dataColumns(project: string): readonly Column<DataChange>[] {
  return [
    stageColumn,
    { id: 'direction', title: 'As', width: 70, cell: ({ direction }) => direction },
    { id: 'path', title: 'File', width: 280, grow: true, cell: (row) => <DataPath project={project} row={row} /> },
    { id: 'from', title: 'First', width: 150, cell: ({ change }) => <Version data={change.from} /> },
    { id: 'to', title: 'Second', width: 150, cell: ({ change }) => <Version data={change.to} /> },
  ];
}

/** Outputs are versions of datasets, whose bytes can be compared; inputs may be scripts. */
function DataPath({ project, row: { direction, change } }: { project: string; row: DataChange }) {
  const { path, from, to } = change;
  if (direction === 'input' || from === null || to === null) return <Text text={path} />;
  return (
    <Link to="/data" search={{ project, path, version: to.hash, from: from.hash, tab: 'compare' }} title={path}>
      <bdi>{path}</bdi>
    </Link>
  );
}

function Version({ data }: { data: ComparedData['from'] }) {
  if (data === null) return <span className="dim">–</span>;
  return (
    <Link to="/lineage" search={{ kind: 'data_version', id: `${data.algorithm}:${data.hash}` }} title={data.hash}>
      <code>{shortId(data.hash)}</code>
      <Size data={data} />
    </Link>
  );
}

function Size({ data: { sizeBytes } }: { data: DataRef }) {
  return sizeBytes === undefined ? null : <span className="dim"> {formatBytes(sizeBytes)}</span>;
}
