import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import type { Dataset } from '../../../../src/api/datasets.ts';
import { Empty } from '../../ui/empty.tsx';
import { formatBytes, formatCount } from '../../ui/format.ts';
import { ListPage } from '../../ui/list-page.tsx';
import { timeValue, type ValueColumn } from '../../ui/list-view.ts';
import { Age } from '../../ui/time.tsx';
import { DatasetPage } from './dataset-page.tsx';
import { datasetsQuery } from './dataset-queries.ts';
import './data.css';

const route = getRouteApi('/data');

/** Every path that a project versions; with `path` in the address, that one. */
export function DataPage() {
  const { project, path } = route.useSearch();
  return project !== undefined && path !== undefined ? <DatasetPage project={project} path={path} /> : <DatasetsPage />;
}

const columns: readonly ValueColumn<Dataset>[] = [
  {
    id: 'path',
    title: 'Path',
    width: 260,
    grow: true,
    sortable: true,
    sortsFirst: 'ascending',
    value: ({ path }) => path,
    cell: ({ path }) => <strong className="data-path">{path}</strong>,
  },
  {
    id: 'project',
    title: 'Project',
    width: 150,
    sortable: true,
    sortsFirst: 'ascending',
    value: ({ project }) => project,
    cell: ({ project }) => project,
  },
  {
    id: 'size',
    title: 'Size',
    width: 90,
    numeric: true,
    sortable: true,
    sortsFirst: 'descending',
    value: ({ sizeBytes }) => sizeBytes,
    cell: ({ sizeBytes }) => (sizeBytes === null ? '–' : formatBytes(sizeBytes)),
  },
  {
    id: 'files',
    title: 'Files',
    width: 70,
    numeric: true,
    sortable: true,
    sortsFirst: 'descending',
    value: ({ files }) => files ?? 1,
    cell: ({ files }) => formatCount(files ?? 1),
  },
  {
    id: 'versions',
    title: 'Versions',
    width: 82,
    numeric: true,
    sortable: true,
    sortsFirst: 'descending',
    value: ({ versions }) => versions,
    cell: ({ versions }) => formatCount(versions),
  },
  { id: 'hash', title: 'Newest', width: 96, value: ({ hash }) => hash, cell: ({ hash }) => <code title={hash}>{hash.slice(0, 8)}</code> },
  {
    id: 'seen',
    title: 'Seen',
    width: 96,
    sortable: true,
    value: ({ seenAt }) => timeValue(seenAt),
    cell: ({ seenAt }) => <Age at={seenAt} />,
  },
  {
    id: 'writtenBy',
    title: 'Written by',
    width: 150,
    sortable: true,
    sortsFirst: 'ascending',
    value: ({ writtenBy }) => writtenBy,
    cell: ({ writtenBy, kind }) => writtenBy ?? <span className="dim">{kind === 'tracked' ? 'added by hand' : '–'}</span>,
  },
  {
    id: 'readBy',
    title: 'Used by',
    width: 190,
    value: ({ readBy }) => readBy.join(', '),
    cell: ({ readBy }) => (
      <span title={readBy.join(', ')}>{readBy.length === 0 ? <span className="dim">no stage</span> : readBy.join(', ')}</span>
    ),
  },
];

const newestFirst = { column: 'seen', descending: true };
const textsOf = ({ path, project, readBy, writtenBy }: Dataset) => [path, project, writtenBy, ...readBy];

function DatasetsPage() {
  const search = route.useSearch();
  const navigate = useNavigate({ from: '/data' });
  const datasets = useQuery(datasetsQuery);
  return (
    <ListPage
      title="Data"
      noun="dataset"
      query={datasets}
      columns={columns}
      byDefault={newestFirst}
      rowId={({ project, path }) => `${project} ${path}`}
      textsOf={textsOf}
      filterBy="path, project or stage"
      search={search}
      onSearch={(next, replace) => void navigate({ search: next, replace })}
      onOpen={({ project, path }) => void navigate({ search: { project, path } })}
      code={asCode()}
      none={<NoData />}
    />
  );
}

function asCode() {
  const url = `${location.origin}/api/1/datasets`;
  return {
    cli: 'millwright datasets list',
    curl: `curl -s ${url}`,
    python: `import json, urllib.request\nfor dataset in json.load(urllib.request.urlopen("${url}"))["items"]:\n    print(dataset["project"], dataset["path"], dataset["hash"])`,
  };
}

function NoData() {
  return (
    <Empty commands={['millwright add data/raw.csv', 'millwright push', 'millwright repro']}>
      No data seen yet. Version a file with <code>add</code>, send its bytes to a remote with <code>push</code>; a recorded{' '}
      <code>repro</code> tells this server which versions its stages read and wrote.
    </Empty>
  );
}
