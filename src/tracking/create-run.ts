import type { Principal } from '../access/index.ts';
import type { Edge } from '../lineage/index.ts';
import type { TrackingContext } from './context.ts';
import type { NamedValue } from './experiment.ts';
import { checkTag, invalid } from './limits.ts';
import { randomName } from './random-name.ts';
import { runNameTag, type Int64, type Run } from './run.ts';
import { insertRun } from './run-writes.ts';

/** The tags by which a run says where it comes from: `MLFLOW_RUN_CONTEXT` of a recorded stage sets them. */
const stageRunTag = 'millwright.stage_run';
const commitTag = 'mlflow.source.git.commit';

/** Starts a run. Without a name it gets a random one; name and tag `mlflow.runName` are one thing. */
export async function createRun(
  ctx: TrackingContext,
  caller: Principal,
  input: {
    readonly experimentId: number;
    readonly name: string | undefined;
    readonly userId: string;
    readonly startedAt: Int64;
    readonly tags: readonly NamedValue[];
  },
): Promise<Run> {
  const given = input.tags.map((tag, index) => ({ name: tag.name, value: checkTag(tag.name, tag.value, `tags[${index}].`) }));
  const nameTag = given.findLast((tag) => tag.name === runNameTag)?.value;
  if (input.name && nameTag && input.name !== nameTag) {
    throw invalid(
      `Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values (run_name='${input.name}', mlflow.runName='${nameTag}').`,
    );
  }
  const runId = ctx.ids.hex32();
  const name = input.name || nameTag || randomName(runId);
  const tags = nameTag ? given : [...given.filter((tag) => tag.name !== runNameTag), { name: runNameTag, value: name }];
  const info = await ctx.db.write(insertRun, {
    scope: { workspaceId: caller.workspaceId },
    actor: caller.name,
    experimentId: input.experimentId,
    runId,
    name,
    userId: input.userId,
    startedAt: input.startedAt,
    tags,
    edges: edgesOf(runId, tags, caller.stageRunId),
    eventId: ctx.ids.uuid7(),
    now: ctx.clock.now(),
  });
  const last = new Map(tags.map((tag) => [tag.name, tag.value]));
  return {
    info,
    metrics: [],
    params: [],
    tags: [...last].map(([key, value]) => ({ name: key, value })),
    datasets: [],
    modelInputs: [],
    modelOutputs: [],
  };
}

/** A stage's token is its identity: it wins over what a tag claims. */
function edgesOf(runId: string, tags: readonly NamedValue[], stageRunId: string | undefined): Edge[] {
  const tagged = (name: string): string | undefined => tags.findLast((tag) => tag.name === name)?.value;
  const stageRun = stageRunId ?? tagged(stageRunTag);
  const commit = tagged(commitTag);
  const to = { kind: 'run', id: runId } as const;
  const edges: Edge[] = [];
  if (stageRun) edges.push({ from: { kind: 'stage_run', id: stageRun }, to, relation: 'logged' });
  if (commit) edges.push({ from: { kind: 'commit', id: commit }, to, relation: 'source' });
  return edges;
}
