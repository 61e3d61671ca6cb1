import { useMutation, useQueryClient } from '@tanstack/react-query';
import { mlflow } from '../../app/api.ts';

/** A change of runs: whatever shows runs is asked for again, also where the change failed half-way. */
function useRunChange<Input>(change: (input: Input) => Promise<unknown>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSettled: () => Promise.all(['runs', 'experiments', 'home'].map((key) => queries.invalidateQueries({ queryKey: [key] }))),
  });
}

export const useRename = () => useRunChange(({ id, name }: { id: string; name: string }) => mlflow.updateRun(id, { name }));
export const useSetTag = () =>
  useRunChange(({ id, key, value }: { id: string; key: string; value: string }) => mlflow.setTag(id, key, value));
export const useDeleteTag = () => useRunChange(({ id, key }: { id: string; key: string }) => mlflow.deleteTag(id, key));
export const useDeleteRuns = () => useRunChange((ids: readonly string[]) => inTurn(ids, (id) => mlflow.deleteRun(id)));
export const useRestoreRuns = () => useRunChange((ids: readonly string[]) => inTurn(ids, (id) => mlflow.restoreRun(id)));

async function inTurn(ids: readonly string[], act: (id: string) => Promise<void>): Promise<void> {
  for (const id of ids) await act(id);
}

export function useRegister() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (input: { name: string; source: string; runId: string; modelId: string }) => {
      await mlflow.createRegisteredModel(input.name);
      return mlflow.createModelVersion(input);
    },
    onSettled: () => Promise.all(['models', 'runs', 'home'].map((key) => queries.invalidateQueries({ queryKey: [key] }))),
  });
}
