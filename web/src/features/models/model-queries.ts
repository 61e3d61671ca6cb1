import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import type { Promote, RollBack } from '../../../../src/api/models.ts';
import { millwright } from '../../app/api.ts';

export const modelsQuery = queryOptions({
  queryKey: ['models', 'all'],
  queryFn: async () => {
    const items = [];
    let cursor: string | undefined;
    do {
      const page = await millwright.models({ limit: 200, ...(cursor === undefined ? {} : { cursor }) });
      items.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor !== undefined && items.length < 5_000);
    return items;
  },
});

export function modelQuery(name: string) {
  return queryOptions({ queryKey: ['models', 'one', name], queryFn: () => millwright.model(name) });
}

export function decisionsQuery(name: string) {
  return queryOptions({ queryKey: ['models', 'decisions', name], queryFn: () => millwright.decisions(name, { limit: 100 }) });
}

/** A refusal is recorded too: decisions are asked for again however the gate answers. */
function useModelChange<Body>(change: (body: Body) => Promise<unknown>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSettled: () =>
      Promise.all(['models', 'home', 'lineage', 'events', 'endpoints'].map((key) => queries.invalidateQueries({ queryKey: [key] }))),
  });
}

export const usePromote = (name: string) => useModelChange((body: Promote) => millwright.promote(name, body));
export const useRollBack = (name: string) => useModelChange((body: RollBack) => millwright.rollBack(name, body));
