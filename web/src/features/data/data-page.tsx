import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { TextInput } from '@mantine/core';
import { useMemo } from 'react';
import type { Dataset } from '../../../../src/api/datasets.ts';
import { Asked } from '../../ui/asked.tsx';
import { DataTable, type Column, type Sort } from '../../ui/data-table.tsx';
import { Empty } from '../../ui/empty.tsx';
import { formatBytes, formatCount, plural } from '../../ui/format.ts';
import { Page } from '../../ui/page.tsx';
import { Age } from '../../ui/time.tsx';
import { DatasetPage } from './dataset-page.tsx';
import { datasetsQuery } from './dataset-queries.ts';
import { showDatasets } from './show-datasets.ts';
import './data.css';

const route = getRouteApi('/data');

/** Every path that a project versions; with `path` in the address, that one. */
export function DataPage() {
  const { project, path } = route.useSearch();
  return project !== undefined && path !== undefined ? <DatasetPage project={project} path={path} /> : <DatasetsPage />;
}

const columns: readonly Column<Dataset>[] = [
  {
    id: 'path',
    title: 'Path',
    width: 260,
    grow: true,
    sortable: true,
    cell: (dataset) => <strong className="data-path">{dataset.path}</strong>,
  },
  { id: 'project', title: 'Project', width: 150, sortable: true, cell: ({ project }) => project },
  {
    id: 'size',
    title: 'Size',
    width: 90,
    numeric: true,
    sortable: true,
    cell: ({ sizeBytes }) => (sizeBytes === null ? '–' : formatBytes(sizeBytes)),
  },
  { id: 'files', title: 'Files', width: 70, numeric: true, sortable: true, cell: ({ files }) => formatCount(files ?? 1) },
  { id: 'versions', title: 'Versions', width: 82, numeric: true, sortable: true, cell: ({ versions }) => formatCount(versions) },
  { id: 'hash', title: 'Newest', width: 96, cell: ({ hash }) => <code title={hash}>{hash.slice(0, 8)}</code> },
  { id: 'seen', title: 'Seen', width: 96, sortable: true, cell: ({ seenAt }) => <Age at={seenAt} /> },
  {
    id: 'writtenBy',
    title: 'Written by',
    width: 150,
    sortable: true,
    cell: ({ writtenBy, kind }) => writtenBy ?? <span className="dim">{kind === 'tracked' ? 'added by hand' : '–'}</span>,
  },
  {
    id: 'readBy',
    title: 'Used by',
    width: 190,
    cell: ({ readBy }) => (
      <span title={readBy.join(', ')}>{readBy.length === 0 ? <span className="dim">no stage</span> : readBy.join(', ')}</span>
    ),
  },
];

function DatasetsPage() {
  const search = route.useSearch();
  const navigate = useNavigate({ from: '/data' });
  const datasets = useQuery(datasetsQuery);
  const sort: Sort = {
    column: (search.sort ?? 'seen:desc').split(':')[0] ?? 'seen',
    descending: (search.sort ?? 'seen:desc').endsWith(':desc'),
  };
  const rows = useMemo(
    () => showDatasets(datasets.data?.items ?? [], { filter: search.filter ?? '', column: sort.column, descending: sort.descending }),
    [datasets.data, search.filter, sort.column, sort.descending],
  );
  return (
    <Page title="Data" fill about={<span>{datasets.data === undefined ? ' ' : plural(rows.length, 'dataset')}</span>}>
      <Asked query={datasets}>
        {({ items }) =>
          items.length === 0 ? (
            <NoData />
          ) : (
            <>
              <TextInput
                data-filter
                className="data-filter"
                aria-label="Filter datasets"
                placeholder="Filter by path, project or stage  ( / )"
                value={search.filter ?? ''}
                onChange={(event) =>
                  void navigate({ search: { ...search, filter: event.currentTarget.value || undefined }, replace: true })
                }
              />
              <DataTable
                fill
                label="Datasets"
                name="datasets"
                columns={columns}
                rows={rows}
                rowId={(dataset) => `${dataset.project} ${dataset.path}`}
                sort={sort}
                onSort={(next) => void navigate({ search: { ...search, sort: `${next.column}:${next.descending ? 'desc' : 'asc'}` } })}
                onOpen={({ project, path }) => void navigate({ search: { project, path } })}
              />
            </>
          )
        }
      </Asked>
    </Page>
  );
}

function NoData() {
  return (
    <Empty commands={['millwright add data/raw.csv', 'millwright push', 'millwright repro']}>
      No data seen yet. Version a file with <code>add</code>, send its bytes to a remote with <code>push</code>; a recorded{' '}
      <code>repro</code> tells this server which versions its stages read and wrote.
    </Empty>
  );
}
