import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import type { DatasetVersionIds } from '../../../../sdk/src/millwright.ts';
import type { DatasetComparison, DatasetFileChange, DatasetVersion, TableComparison } from '../../../../src/api/datasets.ts';
import { DataTable, type Column } from '../../ui/data-table.tsx';
import { formatAge, formatBytes, formatCount, formatMetric, plural, shortId } from '../../ui/format.ts';
import { Section } from '../../ui/page.tsx';
import { PlainTable } from '../../ui/plain-table.tsx';
import { useNow } from '../../ui/time.tsx';
import { compareDatasetsQuery, compareTablesQuery } from './dataset-queries.ts';
import { Readable } from './readable.tsx';
import { isTableFile } from './table-file.ts';
import '../../ui/comparison.css';

const route = getRouteApi('/data');

/** What differs from another version: files, and columns and rows of the chosen table. */
export function VersionComparison(props: {
  project: string;
  path: string;
  version: DatasetVersion;
  versions: readonly DatasetVersion[];
  file: string | undefined;
}) {
  const { project, path, version, versions } = props;
  const { from } = route.useSearch();
  const others = versions.filter(({ hash }) => hash !== version.hash);
  const older = others.find(({ firstSeenAt }) => firstSeenAt <= version.firstSeenAt);
  const base = others.find(({ hash }) => hash === from) ?? older ?? others[0];
  const navigate = useNavigate({ from: '/data' });
  const now = useNow();
  if (base === undefined) return <p className="dim">This is the only version that was seen: there is nothing to compare it with.</p>;
  const ids = { project, path, from: base.hash, to: version.hash };
  const isFolder = version.hash.endsWith('.dir');
  const file = isFolder ? props.file : path.slice(path.lastIndexOf('/') + 1);
  return (
    <div className="page-column">
      <Select
        label="Compared with"
        className="version-choice"
        value={base.hash}
        allowDeselect={false}
        onChange={(hash) => void navigate({ search: (previous) => ({ ...previous, from: hash ?? undefined }), resetScroll: false })}
        data={others.map(({ hash, firstSeenAt }) => ({
          value: hash,
          label: `${shortId(hash)}, first seen ${formatAge(firstSeenAt, now)}`,
        }))}
      />
      <FilesCompared ids={ids} />
      {file !== undefined && isTableFile(file) && <TablesCompared ids={ids} file={file} />}
    </div>
  );
}

const columns: readonly Column<DatasetFileChange>[] = [
  { id: 'kind', title: 'Change', width: 100, cell: ({ kind }) => kind },
  {
    id: 'path',
    title: 'File',
    width: 320,
    grow: true,
    cell: ({ path, oldPath, kind }) => (
      <span title={path}>
        {kind === 'modified' && isTableFile(path) ? (
          <Link to="." search={(previous: Record<string, unknown>) => ({ ...previous, file: path })} resetScroll={false}>
            <bdi>{path}</bdi>
          </Link>
        ) : (
          <bdi>{path}</bdi>
        )}
        {oldPath !== null && <span className="dim"> from {oldPath}</span>}
      </span>
    ),
  },
  { id: 'old', title: 'Was', width: 100, numeric: true, cell: ({ oldSizeBytes }) => size(oldSizeBytes) },
  { id: 'new', title: 'Is', width: 100, numeric: true, cell: ({ newSizeBytes }) => size(newSizeBytes) },
];

function size(bytes: number | null): string {
  return bytes === null ? '–' : formatBytes(bytes);
}

function FilesCompared({ ids }: { ids: DatasetVersionIds }) {
  const comparison = useQuery(compareDatasetsQuery(ids));
  return (
    <Section title="Files">
      <Readable query={comparison} path={ids.path}>
        {(data: DatasetComparison) => (
          <>
            <p className="dim">
              {(['added', 'deleted', 'modified', 'renamed', 'unchanged'] as const)
                .filter((kind) => data.counts[kind] > 0)
                .map((kind) => `${formatCount(data.counts[kind])} ${kind}`)
                .join(', ') || 'No files'}
              {!data.isComplete && `; the first ${formatCount(data.changes.length)} changes are listed`}
            </p>
            {data.changes.length > 0 && (
              <DataTable label="Changed files" name="dataset-changes" columns={columns} rows={data.changes} rowId={({ path }) => path} />
            )}
          </>
        )}
      </Readable>
    </Section>
  );
}

function TablesCompared({ ids, file }: { ids: DatasetVersionIds; file: string }) {
  const comparison = useQuery(compareTablesQuery(ids, file));
  return (
    <Section title={`Columns of ${file}`}>
      <Readable query={comparison} path={ids.path}>
        {(data: TableComparison) => (
          <>
            <p className="dim">
              {plural(data.oldRows, 'row')} before, {plural(data.newRows, 'row')} now
              {!data.isComplete && ', in the part of them that was read'}
            </p>
            <PlainTable
              label="Columns compared"
              heads={['Column', 'Change', 'Type', ['Missing'], ['Mean']]}
              rows={data.columns.map(({ name, kind, old, new: current }) => ({
                key: name,
                className: kind === 'unchanged' ? undefined : 'differs',
                cells: [
                  <bdi key="name">{name}</bdi>,
                  kind === 'unchanged' ? 'same' : kind,
                  fromTo(old?.type, current?.type),
                  fromTo(count(old?.missing), count(current?.missing)),
                  fromTo(mean(old?.mean), mean(current?.mean)),
                ],
              }))}
            />
          </>
        )}
      </Readable>
    </Section>
  );
}

function fromTo(old: string | undefined, current: string | undefined): string {
  if (old === undefined || current === undefined || old === current) return current ?? old ?? '–';
  return `${old} → ${current}`;
}

function count(value: number | undefined): string | undefined {
  return value === undefined ? undefined : formatCount(value);
}

function mean(value: number | null | undefined): string | undefined {
  return value === null || value === undefined ? undefined : formatMetric(value);
}
