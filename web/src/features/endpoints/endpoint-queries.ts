import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { invoke, millwright } from '../../app/api.ts';
import type { Zoom } from '../../charts/zoom.ts';
import { isCounted, spanOf, windowsOf, zoomedSpan, type Range } from './traffic-range.ts';

/** Events tell of swaps; rates and latencies are asked for. */
const refetchMs = 5_000;
/** While an installer speaks. */
const preparingMs = 1_000;

export const endpointsQuery = queryOptions({
  queryKey: ['endpoints', 'all'],
  queryFn: async () => (await millwright.endpoints()).items,
  refetchInterval: refetchMs,
});

export function endpointQuery(name: string) {
  return queryOptions({
    queryKey: ['endpoints', 'one', name],
    queryFn: () => millwright.endpoint(name),
    refetchInterval: ({ state }) => (state.data?.endpoint.preparing === undefined ? refetchMs : preparingMs),
  });
}

/** How it answered in windows of a range that ends now, or of the stretch that is zoomed into; oldest first. */
export function trafficQuery(name: string, range: Range, zoom: Zoom | undefined) {
  const counted = isCounted(range, zoom, Date.now());
  return queryOptions({
    queryKey: ['endpoints', 'traffic', name, counted ? 'counted' : range, counted ? undefined : zoom],
    queryFn: async () => {
      if (counted) return { source: 'counters', windows: (await millwright.endpointStatistics(name)).slots } as const;
      const now = Date.now();
      const span = zoom === undefined ? spanOf(range, now) : zoomedSpan(zoom);
      return { source: 'records', bucketMs: span.bucket_ms, windows: windowsOf(await millwright.traffic(name, span), now) } as const;
    },
    refetchInterval: counted ? refetchMs : 30_000,
    placeholderData: keepPreviousData,
  });
}

/** Of one version: another one may have other columns. */
export function documentQuery(name: string, version: number) {
  return queryOptions({ queryKey: ['endpoint-document', name, version], queryFn: () => millwright.endpointDocument(name) });
}

function useEndpointChange<Answer, Body = void>(change: (body: Body) => Promise<Answer>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSettled: () => Promise.all(['endpoints', 'home', 'events'].map((key) => queries.invalidateQueries({ queryKey: [key] }))),
  });
}

export const useRollBackEndpoint = (name: string) => useEndpointChange((reason: string) => millwright.rollBackEndpoint(name, { reason }));
export const useDeploy = (name: string) => useEndpointChange(() => millwright.deployEndpoint(name));
export const useInvoke = (name: string) => useEndpointChange((body: string) => invoke(name, body));
