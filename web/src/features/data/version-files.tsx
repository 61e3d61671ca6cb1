import { TextInput } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { DatasetVersionId } from '../../../../sdk/src/millwright.ts';
import type { DatasetFile } from '../../../../src/api/datasets.ts';
import { Id } from '../../ui/copy.tsx';
import { DataTable, type Column } from '../../ui/data-table.tsx';
import { formatBytes, formatCount, plural } from '../../ui/format.ts';
import { datasetFilesQuery } from './dataset-queries.ts';
import { Readable } from './readable.tsx';

const route = getRouteApi('/data');

const columns: readonly Column<DatasetFile>[] = [
  {
    id: 'path',
    title: 'File',
    width: 320,
    grow: true,
    sortable: true,
    cell: ({ path }) => (
      <Link
        to="."
        search={(previous: Record<string, unknown>) => ({ ...previous, file: path, tab: 'preview' })}
        resetScroll={false}
        title={path}
      >
        <bdi>{path}</bdi>
      </Link>
    ),
  },
  {
    id: 'size',
    title: 'Size',
    width: 110,
    numeric: true,
    sortable: true,
    cell: ({ sizeBytes }) => (sizeBytes === null ? '–' : <span title={`${formatCount(sizeBytes)} bytes`}>{formatBytes(sizeBytes)}</span>),
  },
  { id: 'hash', title: 'Hash', width: 130, cell: ({ hash }) => <Id id={hash} what="hash" /> },
  { id: 'here', title: 'Bytes', width: 110, cell: ({ isHere }) => (isHere ? 'here' : <span className="dim">not here</span>) },
];

/** Every file with its size and hash; filtered and sorted by the server, drawn as far as they are in view. */
export function VersionFiles({ version }: { version: DatasetVersionId }) {
  const search = route.useSearch();
  const navigate = useNavigate({ from: '/data' });
  const sort = /^(path|size):(asc|desc)$/.test(search.sort ?? '') ? search.sort! : 'path:asc';
  const query = useInfiniteQuery(datasetFilesQuery(version, search.filter ?? '', sort));
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  const [column = 'path', direction] = sort.split(':');
  return (
    <>
      <TextInput
        data-filter
        className="data-filter"
        aria-label="Filter files"
        placeholder="Filter by path  ( / )"
        value={search.filter ?? ''}
        onChange={(event) => void navigate({ search: { ...search, filter: event.currentTarget.value || undefined }, replace: true })}
      />
      <Readable query={{ ...query, data: query.data?.pages[0] }} path={version.path}>
        {({ total, totalBytes, notHere }) => (
          <>
            <p className="dim">
              {plural(total, 'file')}, {formatBytes(totalBytes)}
              {notHere > 0 && `; the bytes of ${formatCount(notHere)} are not in the cache`}
            </p>
            <DataTable
              label="Files"
              name="dataset-files"
              columns={columns}
              rows={rows}
              rowId={({ path }) => path}
              sort={{ column, descending: direction === 'desc' }}
              onSort={(next) => void navigate({ search: { ...search, sort: `${next.column}:${next.descending ? 'desc' : 'asc'}` } })}
              onOpen={({ path }) => void navigate({ search: { ...search, file: path, tab: 'preview' }, resetScroll: false })}
              onEnd={() => {
                if (query.hasNextPage && !query.isFetchingNextPage) void query.fetchNextPage();
              }}
            />
          </>
        )}
      </Readable>
    </>
  );
}
