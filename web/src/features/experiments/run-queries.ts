import { queryOptions, infiniteQueryOptions, keepPreviousData } from '@tanstack/react-query';
import { millwright, mlflow } from '../../app/api.ts';
import { toFilter, toOrderBy, type RunsView } from './runs-view.ts';

/** How often something that still runs is asked for: metrics arrive without an event. */
const runningMs = 3_000;

export const experimentsQuery = queryOptions({ queryKey: ['experiments'], queryFn: () => mlflow.searchExperiments() });

export function runsQuery(view: RunsView, experimentIds: readonly string[] | undefined) {
  return infiniteQueryOptions({
    queryKey: ['runs', 'search', experimentIds, view.filter, view.sort, view.deleted],
    enabled: experimentIds !== undefined,
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) =>
      mlflow.searchRuns({
        experimentIds: experimentIds ?? [],
        filter: toFilter(view.filter),
        orderBy: toOrderBy(view.sort),
        view: view.deleted ? 'DELETED_ONLY' : 'ACTIVE_ONLY',
        maxResults: 200,
        ...(pageParam === undefined ? {} : { pageToken: pageParam }),
      }),
    getNextPageParam: (page) => page.nextPageToken,
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) =>
      state.data?.pages.some((page) => page.items.some((run) => run.status === 'RUNNING')) === true ? runningMs : false,
  });
}

export function runQuery(runId: string) {
  return queryOptions({
    queryKey: ['runs', 'one', runId],
    queryFn: () => mlflow.getRun(runId),
    refetchInterval: ({ state }) => (state.data?.status === 'RUNNING' ? runningMs : false),
  });
}

/** More than a chart has pixels for; the server keeps the extremes of what it leaves out. */
const curvePoints = 1000;

export function curvesQuery(runIds: readonly string[], key: string, steps: readonly [number, number] | undefined, running: boolean) {
  return queryOptions({
    queryKey: ['runs', 'curves', runIds, key, steps],
    queryFn: () =>
      millwright.metricCurves({
        run: runIds,
        metric: [key],
        points: curvePoints,
        ...(steps === undefined ? {} : { from_step: steps[0], to_step: steps[1] }),
      }),
    placeholderData: keepPreviousData,
    refetchInterval: running ? runningMs : false,
  });
}

export function childrenQuery(runId: string, experimentId: string) {
  return queryOptions({
    queryKey: ['runs', 'children', runId],
    queryFn: () =>
      mlflow.searchRuns({ experimentIds: [experimentId], filter: `tags.\`mlflow.parentRunId\` = '${runId}'`, maxResults: 200 }),
  });
}

export function artifactsQuery(runId: string, path: string) {
  return queryOptions({ queryKey: ['runs', 'artifacts', runId, path], queryFn: () => mlflow.listArtifacts(runId, path) });
}

export function versionsOfRunQuery(runId: string) {
  return queryOptions({ queryKey: ['models', 'of-run', runId], queryFn: () => mlflow.searchModelVersions(`run_id = '${runId}'`) });
}
