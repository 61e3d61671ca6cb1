import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { invoke, millwright } from '../../app/api.ts';
import { spanOf, windowsOf, type Range } from './traffic-range.ts';

/** Events tell of swaps; rates and latencies are asked for. */
const refetchMs = 5_000;

export const endpointsQuery = queryOptions({
  queryKey: ['endpoints', 'all'],
  queryFn: async () => (await millwright.endpoints()).items,
  refetchInterval: refetchMs,
});

export function endpointQuery(name: string) {
  return queryOptions({ queryKey: ['endpoints', 'one', name], queryFn: () => millwright.endpoint(name), refetchInterval: refetchMs });
}

/** How it answered in windows of a range that ends now, oldest first. */
export function trafficQuery(name: string, range: Range) {
  const isRecent = range === '15m';
  return queryOptions({
    queryKey: ['endpoints', 'traffic', name, range],
    queryFn: async () => {
      if (isRecent) return (await millwright.endpointStatistics(name)).slots;
      const now = Date.now();
      return windowsOf(await millwright.traffic(name, spanOf(range, now)), now);
    },
    refetchInterval: isRecent ? refetchMs : 30_000,
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
