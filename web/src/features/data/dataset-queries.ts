import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { DatasetVersionId, DatasetVersionIds } from '../../../../sdk/src/millwright.ts';
import { millwright } from '../../app/api.ts';

export const datasetsQuery = queryOptions({ queryKey: ['datasets'], queryFn: async () => (await millwright.datasets()).items });

export function datasetVersionsQuery(project: string, path: string) {
  return queryOptions({ queryKey: ['datasets', 'versions', project, path], queryFn: () => millwright.datasetVersions(project, path) });
}

const pageSize = 1000;

export function datasetFilesQuery(version: DatasetVersionId, filter: string, sort: string) {
  return infiniteQueryOptions({
    queryKey: ['datasets', 'files', version, filter, sort],
    initialPageParam: 0,
    queryFn: ({ pageParam }) => millwright.datasetFiles(version, { filter, sort, offset: pageParam, limit: pageSize }),
    getNextPageParam: (page, _, offset) => (offset + page.items.length < page.total ? offset + page.items.length : undefined),
  });
}

export function datasetPreviewQuery(version: DatasetVersionId, file: string) {
  return queryOptions({ queryKey: ['datasets', 'preview', version, file], queryFn: () => millwright.datasetPreview(version, file) });
}

export function datasetProfileQuery(version: DatasetVersionId, file: string) {
  return queryOptions({ queryKey: ['datasets', 'profile', version, file], queryFn: () => millwright.datasetProfile(version, file) });
}

export function compareDatasetsQuery(versions: DatasetVersionIds) {
  return queryOptions({ queryKey: ['datasets', 'compare', versions], queryFn: () => millwright.compareDatasets(versions) });
}

export function compareTablesQuery(versions: DatasetVersionIds, file: string) {
  return queryOptions({
    queryKey: ['datasets', 'compare-tables', versions, file],
    queryFn: () => millwright.compareTables(versions, file),
  });
}
