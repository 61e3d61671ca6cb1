import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { millwright } from '../../app/api.ts';

/** A stage that begins tells nobody: what runs is asked for. */
const runningMs = 2_000;

export function pipelineRunsQuery(project: string | undefined) {
  return infiniteQueryOptions({
    queryKey: ['pipeline-runs', 'list', project],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) =>
      millwright.pipelineRuns({
        limit: 100,
        ...(project === undefined ? {} : { project }),
        ...(pageParam === undefined ? {} : { cursor: pageParam }),
      }),
    getNextPageParam: (page) => page.nextCursor,
    refetchInterval: ({ state }) =>
      state.data?.pages.some((page) => page.items.some((run) => run.state === 'running')) === true ? runningMs : false,
  });
}

export function pipelineRunQuery(id: string) {
  return queryOptions({
    queryKey: ['pipeline-runs', 'one', id],
    queryFn: () => millwright.pipelineRun(id),
    refetchInterval: ({ state }) => (state.data?.run.state === 'running' ? runningMs : false),
  });
}

export function comparePipelineRunsQuery(from: string, to: string) {
  return queryOptions({
    queryKey: ['pipeline-runs', 'compare', from, to],
    queryFn: () => millwright.comparePipelineRuns(from, to),
    refetchInterval: ({ state }) => (state.data?.from.state === 'running' || state.data?.to.state === 'running' ? runningMs : false),
  });
}

/** The log read so far grows by what is new; a complete one is not asked for again. */
export function stageLogQuery(id: string, stage: string) {
  return infiniteQueryOptions({
    queryKey: ['stage-log', id, stage],
    initialPageParam: 0,
    queryFn: ({ pageParam }) => millwright.stageLog(id, stage, pageParam),
    getNextPageParam: (chunk) => (chunk.complete ? undefined : chunk.nextOffset),
    staleTime: Infinity,
  });
}
