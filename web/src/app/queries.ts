import { QueryClient } from '@tanstack/react-query';
import { ApiError } from './api.ts';

/** Events tell what became stale (live.ts), so data is fresh until then; a client's mistake is not asked again. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      retry: (failures, error) => failures < 2 && !(error instanceof ApiError && error.status < 500),
      refetchOnWindowFocus: true,
    },
  },
});
