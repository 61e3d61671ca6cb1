import { execFileSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testProgram } from '../support/test-env.ts';
import { exampleProject, type ExampleProject } from './project.ts';

/** Another layout, country, clock and interval than Victoria's, and no temperature: parameters, and no line of code. */
const region = {
  incoming: 'data/incoming/northland',
  columns: { time: 'start', demand: 'load', temperature: null, ignored: ['end'] },
  interval_minutes: 60,
  timezone: 'Europe/Rome',
  holidays: { country: 'IT', subdivision: null },
  unit: 'MW',
  limits: { demand: [0, 100_000] },
  split: { train: '2019-03-05', holdout: '2019-04-10', end: '2019-04-20' },
};

let project: ExampleProject;
beforeAll(() => {
  project = exampleProject();
  project.setParams({
    regions: { northland: region },
    sgd: { alpha: 0.003, epochs: 5, seed: 1 },
    forest: { trees: 10, trees_per_step: 5, rows_per_leaf: 2, seed: 1 },
  });
  project.write(`${region.incoming}/load.csv`, northlandRows(24 * 55));
});
afterAll(() => project[Symbol.dispose]());

/** Hours from 2019-03-01 UTC with a day and a week in them, and a little noise that a naive forecast cannot know. */
function northlandRows(count: number): string {
  const lines = ['start,end,load'];
  const time = (index: number): string =>
    new Date(Date.UTC(2019, 2, 1) + index * 3_600_000).toISOString().replace('T', ' ').replace('.000Z', '+00:00');
  for (let index = 0; index < count; index += 1) {
    const weekend = Math.floor(index / 24 + 5) % 7 < 2 ? 0.7 : 1;
    const load = weekend * (30_000 + 8_000 * Math.sin((index % 24) / 3.8)) + ((index * 7919) % 997);
    lines.push(`${time(index)},${time(index + 1)},${load.toFixed(1)}`);
  }
  return `${lines.join('\n')}\n`;
}

const run = (stage: string): void => {
  const answer = project.run(stage, 'northland');
  expect(answer, answer.stderr).toMatchObject({ status: 0 });
};
const digest = (algorithm: string): string =>
  project
    .python(`from digest import folder_digest; from pathlib import Path; print(folder_digest(Path("models/northland/${algorithm}")))`)
    .stdout.trim();
const versions = (): unknown =>
  JSON.parse(
    project.python(`import json, mlflow
client = mlflow.MlflowClient()
found = client.search_model_versions("name = 'energy-northland'")
champion = client.get_model_version_by_alias("energy-northland", "champion").version
print(json.dumps([[str(v.version), v.tags["millwright.digest"], v.version == champion, v.current_stage] for v in found]))`).stdout,
  );

test('a region of another layout goes from its file to a champion by parameters alone', () => {
  for (const stage of ['ingest', 'validate', 'prepare', 'train_sgd', 'train_forest', 'champion', 'evaluate', 'register', 'promote'])
    run(stage);
  expect(project.read('data/features/northland/train.csv').split('\n')[0]).not.toContain('temperature');
  expect(project.json('reports/promoted/northland.json')).toMatchObject({
    name: 'energy-northland',
    version: '1',
    outcome: 'promoted',
    forecast: expect.any(Number),
  });
});

test('the evidence holds every forecast on the same hours, and the digests of the models', () => {
  const evidence = project.json('metrics/northland.json') as Record<string, { rmse: number; digest?: string; exists?: boolean }>;
  const best = evidence['sgd']!.rmse < evidence['forest']!.rmse ? 'sgd' : 'forest';
  expect(evidence['candidate']).toMatchObject({ algorithm: best, digest: digest(best), rmse: evidence[best]!.rmse });
  expect(evidence['champion']).toEqual({ exists: false });
  expect(evidence['candidate']!.rmse).toBeLessThan(evidence['naive']!.rmse);
  expect(Object.keys(evidence)).toEqual(['candidate', 'champion', 'naive', 'sgd', 'forest']);
});

test('the digest of a model is the md5 that DVC gives its folder', () => {
  const options = { cwd: project.folder, encoding: 'utf8', env: { ...process.env, HOME: project.folder } } as const;
  execFileSync('git', ['init', '-q'], options);
  cpSync(join(project.folder, 'models/northland/sgd'), join(project.folder, 'copy'), { recursive: true });
  execFileSync(testProgram('dvc'), ['add', '-q', 'copy'], options);
  expect(project.read('copy.dvc')).toContain(`md5: ${digest('sgd')}.dir\n`);
});

test('training again on the same data gives the same bytes', () => {
  const before = [digest('sgd'), digest('forest')];
  run('train_sgd');
  run('train_forest');
  expect([digest('sgd'), digest('forest')]).toEqual(before);
  // skl2onnx takes them out of a set: in some runs they came the other way round.
  const domains = project.python('import onnx; print([o.domain for o in onnx.load("models/northland/sgd/model.onnx").opset_import])');
  expect(domains.stdout).toBe("['', 'ai.onnx.ml']\n");
});

test('registering and promoting again changes nothing', () => {
  const before = versions();
  expect(before).toEqual([['1', expect.stringMatching(/^[0-9a-f]{32}$/), true, 'Production']]);
  for (const stage of ['champion', 'evaluate', 'register', 'promote']) run(stage);
  expect(versions()).toEqual(before);
  expect(project.json('reports/promoted/northland.json')).toMatchObject({ version: '1', outcome: 'already champion' });
  expect(project.json('metrics/northland.json')['champion']).toMatchObject({ exists: true, version: '1' });
});

test('a candidate that is worse than the champion is registered and not promoted, and that is no failure', () => {
  const evidence = project.json('metrics/northland.json') as Record<string, Record<string, unknown>>;
  const worse = evidence['candidate']!['algorithm'] === 'sgd' ? 'forest' : 'sgd';
  project.write('metrics/northland.json', JSON.stringify({ ...evidence, candidate: { algorithm: worse, ...evidence[worse] } }));
  for (const stage of ['register', 'promote']) run(stage);
  expect(project.json('reports/promoted/northland.json')).toMatchObject({ version: '2', outcome: 'not better' });
  expect(versions()).toEqual([
    ['2', digest(worse), false, 'None'],
    ['1', expect.any(String), true, 'Production'],
  ]);
});

test.each(['train_sgd', 'train_forest'])('the ONNX model of %s forecasts as the other does', (stage) => {
  const answer = project.python(`import mlflow, numpy as np
from training import read_features
from region import Region
features, _ = read_features("data/features/northland/holdout.csv")
runs = mlflow.search_runs(filter_string="attributes.run_name = '${stage.replace('train_', '')}-northland'", order_by=["attributes.start_time DESC"])
outputs = mlflow.get_run(runs.run_id[0]).outputs.model_outputs
models = {mlflow.get_logged_model(output.model_id).name: output.model_id for output in outputs}
a = mlflow.pyfunc.load_model(f"models:/{models['model']}").predict(features)
b = mlflow.pyfunc.load_model(f"models:/{models['model-onnx']}").predict(features)
print(float(np.abs(np.ravel(a) - np.ravel(b.to_numpy() if hasattr(b, "to_numpy") else next(iter(b.values())))).max() / np.abs(a).max()))`);
  expect(answer, answer.stderr).toMatchObject({ status: 0 });
  expect(Number(answer.stdout)).toBeLessThan(1e-6);
});
