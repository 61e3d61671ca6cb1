import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { millwright } from '../../app/api.ts';

/** The graph around an object, both ways. @param depth as the address holds it */
export function lineageQuery(kind: string, id: string, depth: string | undefined) {
  const edges = Number(depth ?? 12) || 12;
  return queryOptions({
    queryKey: ['lineage', kind, id, edges],
    queryFn: () => millwright.lineage(kind, id, edges),
    placeholderData: keepPreviousData,
  });
}

export function predictionAccountQuery(requestId: string, endpoint: string | undefined) {
  return queryOptions({
    queryKey: ['lineage', 'prediction', requestId, endpoint],
    queryFn: () => millwright.predictionLineage(requestId, endpoint),
  });
}

export function restingPredictionsQuery(kind: string, id: string) {
  return queryOptions({ queryKey: ['lineage', 'resting', kind, id], queryFn: () => millwright.restingPredictions(kind, id) });
}

/** What an id may mean. */
export function objectsQuery(id: string) {
  return queryOptions({ queryKey: ['lineage', 'objects', id], queryFn: () => millwright.lineageObjects(id) });
}
