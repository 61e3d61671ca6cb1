import { expect, test } from 'vitest';
import { describeOnBothDatabases } from '../support/both-databases.ts';
import { mlflowClient } from '../support/mlflow-client.ts';
import { newExperiment, newRun } from '../support/mlflow-runs.ts';
import { recordRun } from '../support/recorded-run.ts';

interface Lineage {
  readonly edges: readonly { readonly from: string; readonly to: string; readonly relation: string }[];
}

describeOnBothDatabases('lineage of runs', (server) => {
  const client = mlflowClient(server);
  const lineageOf = async (kind: string, id: string): Promise<string[]> => {
    const answer = await fetch(`${server().url}/api/1/lineage?${new URLSearchParams({ kind, id, depth: '1' }).toString()}`);
    return ((await answer.json()) as Lineage).edges.map(({ from, to, relation }) => `${from} -${relation}-> ${to}`).toSorted();
  };

  test('a run rests on its stage run, its commit, the data and the models that it read, and its models on it', async () => {
    const experiment = await newExperiment(client);
    const commit = 'c'.repeat(40);
    const run = await newRun(client, experiment, {
      tags: [
        { key: 'millwright.stage_run', value: 'stage1' },
        { key: 'mlflow.source.git.commit', value: commit },
      ],
    });
    const md5 = 'a'.repeat(32);
    const dataset = { name: 'd', source_type: 'local', source: '{}' };
    await client.post('runs/log-inputs', {
      run_id: run,
      datasets: [{ dataset: { ...dataset, digest: `${md5}.dir` } }, { dataset: { ...dataset, digest: 'f00dcafe' } }],
      models: [{ model_id: 'm-read' }],
    });
    type Model = { model: { info: { model_id: string } } };
    const { body } = await client.post<Model>('logged-models', { experiment_id: experiment, source_run_id: run });
    const model = body.model.info.model_id;
    await client.post('runs/outputs', { run_id: run, models: [{ model_id: model, step: 0 }] });
    expect(await lineageOf('run', run)).toEqual(
      [
        `commit ${commit} -source-> run ${run}`,
        `data_version md5:${md5}.dir -input-> run ${run}`,
        `logged_model m-read -input-> run ${run}`,
        `run ${run} -output-> logged_model ${model}`,
        `stage_run stage1 -logged-> run ${run}`,
      ].toSorted(),
    );
  });

  test('the experiment of a project is there as its first stage begins, so that stages side by side need not make it', async () => {
    interface Found {
      readonly experiment: { readonly experiment_id: string; readonly lifecycle_stage: string; readonly artifact_location: string };
    }
    const find = () => client.must<Found>('GET', 'experiments/get-by-name', { experiment_name: 'side by side' });
    expect((await client.get('experiments/get-by-name', { experiment_name: 'side by side' })).status).toBe(404);
    await recordRun(server(), { project: 'side by side', gates: [] });
    const { experiment } = await find();
    expect(experiment).toMatchObject({ lifecycle_stage: 'active', artifact_location: `mlflow-artifacts:/${experiment.experiment_id}` });
    await client.must('POST', 'experiments/delete', { experiment_id: experiment.experiment_id });
    await recordRun(server(), { project: 'side by side', gates: [] });
    expect(await find()).toMatchObject({ experiment: { experiment_id: experiment.experiment_id, lifecycle_stage: 'deleted' } });
  });

  test('a refused call leaves no edge', async () => {
    const commit = 'd'.repeat(40);
    const tags = [{ key: 'mlflow.source.git.commit', value: commit }];
    expect((await client.post('runs/create', { experiment_id: '999999', tags })).status).toBe(404);
    expect(await lineageOf('commit', commit)).toEqual([]);
  });
});
