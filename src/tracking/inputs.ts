import type { Scope } from '../access/index.ts';
import type { Edge } from '../lineage/index.ts';
import type { TrackingContext } from './context.ts';
import { logInputs as writeInputs, logOutputs as writeOutputs } from './input-writes.ts';
import { checkDataset, checkInputTag, checkRunId, invalid } from './limits.ts';
import type { DatasetInput, ModelOutput } from './run.ts';

const inputLimit = 1000;

/** Logs the datasets and models that a run read. Of several datasets with one name and digest the first counts. */
export async function logInputs(
  ctx: TrackingContext,
  scope: Scope,
  input: { readonly runId: string; readonly datasets: readonly DatasetInput[]; readonly models: readonly string[] },
): Promise<void> {
  checkRunId(input.runId);
  if (input.datasets.length > inputLimit) throw invalid(`A request can hold at most ${inputLimit} datasets. Got ${input.datasets.length}.`);
  for (const { dataset, tags } of input.datasets) {
    checkDataset(dataset);
    for (const tag of tags) checkInputTag(tag.name, tag.value);
  }
  const distinct = new Map<string, DatasetInput>();
  for (const given of input.datasets) {
    const key = JSON.stringify([given.dataset.name, given.dataset.digest]);
    if (!distinct.has(key)) distinct.set(key, given);
  }
  const datasets = [...distinct.values()];
  const to = { kind: 'run', id: input.runId } as const;
  const edges: Edge[] = [
    ...datasets
      .flatMap(({ dataset }) => dataVersionOf(dataset.digest))
      .map((id) => ({ from: { kind: 'data_version', id } as const, to, relation: 'input' })),
    ...input.models.map((id) => ({ from: { kind: 'logged_model', id } as const, to, relation: 'input' })),
  ];
  await ctx.db.write(writeInputs, {
    scope: { workspaceId: scope.workspaceId },
    runId: input.runId,
    datasets,
    models: [...new Set(input.models)],
    edges,
    now: ctx.clock.now(),
  });
}

/** A digest that is a content hash of DVC's names a version of the data; MLflow's own digests (8 characters) do not. */
function dataVersionOf(digest: string): string[] {
  return /^[0-9a-f]{32}(\.dir)?$/.test(digest) ? [`md5:${digest}`] : [];
}

/** Logs the models that a run made. */
export async function logOutputs(
  ctx: TrackingContext,
  scope: Scope,
  input: { readonly runId: string; readonly models: readonly ModelOutput[] },
): Promise<void> {
  const from = { kind: 'run', id: input.runId } as const;
  await ctx.db.write(writeOutputs, {
    scope: { workspaceId: scope.workspaceId },
    runId: input.runId,
    models: input.models,
    edges: input.models.map(({ modelId }) => ({ from, to: { kind: 'logged_model', id: modelId } as const, relation: 'output' })),
    now: ctx.clock.now(),
  });
}
