import { queryOptions } from '@tanstack/react-query';
import { millwright } from '../../app/api.ts';

export const datasetsQuery = queryOptions({ queryKey: ['datasets'], queryFn: () => millwright.datasets() });

export function datasetVersionsQuery(project: string, path: string) {
  return queryOptions({ queryKey: ['datasets', 'versions', project, path], queryFn: () => millwright.datasetVersions(project, path) });
}
