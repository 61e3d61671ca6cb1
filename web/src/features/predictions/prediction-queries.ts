import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { millwright } from '../../app/api.ts';
import { queryOf, type PredictionsView } from './predictions-view.ts';

/** Predictions send no events, there may be thousands a second: the newest page is asked for again and again while it is shown. */
const newestMs = 3_000;
const pageSize = 200;

export function predictionsQuery(view: PredictionsView) {
  return infiniteQueryOptions({
    queryKey: ['predictions', 'search', view.endpoint, view.version, view.outcome, view.range, view.filter, view.text],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) =>
      millwright.predictions({ ...queryOf(view, Date.now()), limit: pageSize, ...(pageParam === undefined ? {} : { cursor: pageParam }) }),
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => (state.error === null && (state.data?.pages.length ?? 0) <= 1 ? newestMs : false),
  });
}

export function predictionQuery(requestId: string) {
  return queryOptions({ queryKey: ['predictions', 'one', requestId], queryFn: () => millwright.prediction(requestId) });
}

export const endpointNamesQuery = queryOptions({
  queryKey: ['endpoints', 'names'],
  queryFn: async () => (await millwright.endpoints()).items.map(({ name }) => name),
});
