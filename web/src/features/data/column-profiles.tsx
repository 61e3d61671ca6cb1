import { useQuery } from '@tanstack/react-query';
import type { DatasetVersionId } from '../../../../sdk/src/millwright.ts';
import type { ColumnProfile } from '../../../../src/api/datasets.ts';
import { formatBytes, formatCount, formatMetric, plural } from '../../ui/format.ts';
import { PlainTable } from '../../ui/plain-table.tsx';
import { datasetProfileQuery } from './dataset-queries.ts';
import { Readable } from './readable.tsx';
import { isTableFile } from './table-file.ts';

/** What stands in each column: type, gaps, how many values, their range and shape. */
export function ColumnProfiles({ version, file }: { version: DatasetVersionId; file: string }) {
  const profile = useQuery({ ...datasetProfileQuery(version, file), enabled: isTableFile(file) });
  if (!isTableFile(file)) {
    return (
      <p className="dim">
        <code>{file}</code> is no table that can be profiled: CSV (.csv, .tsv) and JSON lines (.jsonl, .ndjson) can.
      </p>
    );
  }
  return (
    <Readable query={profile} path={version.path}>
      {({ rows, columns, isComplete, readBytes, sizeBytes }) => (
        <>
          <p className="dim">
            <bdi>{file}</bdi>: {plural(rows, 'row')}, {plural(columns.length, 'column')}
            {!isComplete && ` in the first ${formatBytes(readBytes)} of ${formatBytes(sizeBytes)}: the rest was not read`}
          </p>
          <PlainTable
            label="Columns"
            heads={['Column', 'Type', ['Missing'], ['Distinct'], ['Min'], ['Mean'], ['Max'], 'Distribution']}
            rows={columns.map((column) => ({
              key: column.name,
              cells: [
                <b key="name">
                  <bdi>{column.name}</bdi>
                </b>,
                column.type,
                <Missing key="missing" column={column} rows={rows} />,
                `${formatCount(column.distinct)}${column.isDistinctExact ? '' : '+'}`,
                bound(column.min),
                bound(column.mean),
                bound(column.max),
                <Distribution key="distribution" column={column} />,
              ],
            }))}
          />
        </>
      )}
    </Readable>
  );
}

function bound(value: number | string | null) {
  if (value === null) return '–';
  return <span title={String(value)}>{typeof value === 'number' ? formatMetric(value) : value}</span>;
}

function Missing({ column, rows }: { column: ColumnProfile; rows: number }) {
  if (column.missing === 0) return <>0</>;
  const percent = (column.missing / Math.max(1, rows)) * 100;
  return (
    <span title={`${formatCount(column.missing)} of ${formatCount(rows)}`}>
      {formatCount(column.missing)} <span className="dim">({percent < 0.1 ? '< 0.1' : percent.toFixed(1)} %)</span>
    </span>
  );
}

const width = 120;
const height = 26;

/** Numbers as bars over their range; other columns as their most frequent values. */
function Distribution({ column }: { column: ColumnProfile }) {
  if (column.histogram === null) {
    if ((column.top[0]?.count ?? 0) <= 1) return <span className="dim">{column.type === 'empty' ? 'nothing' : 'every value once'}</span>;
    return (
      <span className="dim">
        {column.top.map(({ value, count }) => (
          <span key={value} className="top-value" title={`${value}: ${formatCount(count)} times`}>
            <bdi>{value}</bdi> {formatCount(count)}
          </span>
        ))}
      </span>
    );
  }
  const counts = column.histogram;
  const most = Math.max(1, ...counts);
  const bar = width / counts.length;
  return (
    <svg width={width} height={height} role="img" aria-label={`Distribution of ${column.name}`} className="histogram">
      {counts.map((count, index) => {
        const tall = count === 0 ? 0 : Math.max(1, (count / most) * height);
        return <rect key={index} x={index * bar} y={height - tall} width={Math.max(1, bar - 1)} height={tall} />;
      })}
    </svg>
  );
}
