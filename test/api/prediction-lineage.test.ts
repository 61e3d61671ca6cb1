/** From a prediction back to what it rests on, and from data, commits and runs to the predictions that rest on them. */
import { beforeAll, expect, test } from 'vitest';
import { createCall, millwrightApi } from '../../sdk/src/index.ts';
import { describeOnBothDatabases } from '../support/both-databases.ts';
import { bearer, send } from '../support/http.ts';
import { dataOf, recordPipeline } from '../support/recorded-pipeline.ts';

const commits = { first: 'a'.repeat(40), second: 'b'.repeat(40), third: 'c'.repeat(40), fourth: 'd'.repeat(40) };
const raw = { first: dataOf('raw.csv', '1'), touched: dataOf('raw.csv', '1, touched'), other: dataOf('raw.csv', '2') };
const prepared = { first: dataOf('prepared.csv', '1'), other: dataOf('prepared.csv', '2') };
const patch = '--- a/params.yaml\n+++ b/params.yaml\n';
const idOf = ({ algorithm, hash }: { algorithm: string; hash: string }): string => `${algorithm}:${hash}`;

describeOnBothDatabases('lineage of predictions', (server) => {
  const call = () => createCall({ url: server().url, token: server().token });
  const api = () => millwrightApi(call());
  const mlflow = <T>(path: string, body: object): Promise<T> => call()('POST', `/api/2.0/mlflow/${path}`, { body });
  let runs: string[];
  let sentAt: number;

  /** Trains from `from`, and registers what came out. @returns the run */
  async function train(commit: string, prepare: Parameters<typeof recordPipeline>[1]['stages'][number], trees: number): Promise<string> {
    const stage = {
      name: 'train',
      deps: prepare.outs,
      outs: [dataOf('model', `${trees} ${prepare.outs[0]!.hash}`)],
      params: { 'params.yaml': { trees } },
      logsRun: true,
    };
    const recorded = await recordPipeline(server(), {
      commit,
      stages: [prepare, stage],
      ...(commit === commits.second ? { patch } : {}),
    });
    const run = recorded.runs['train']!;
    await mlflow('runs/log-parameter', { run_id: run, key: 'trees', value: String(trees) });
    await mlflow('runs/log-metric', { run_id: run, key: 'rmse', value: 281.5, timestamp: 1, step: 0 });
    const path = `/api/2.0/mlflow-artifacts/artifacts/0/${run}/artifacts/model/python_env.yaml`;
    const put = await send(server().url, { method: 'PUT', path, headers: bearer(server().token), body: 'python: 3.11.9\n' });
    if (put.status !== 200) throw new Error(put.text);
    await mlflow('model-versions/create', { name: 'm', source: `runs:/${run}/model`, run_id: run });
    return run;
  }

  beforeAll(async () => {
    await mlflow('registered-models/create', { name: 'm' });
    const prepare = { name: 'prepare', deps: [raw.first], outs: [prepared.first] };
    runs = [
      await train(commits.first, prepare, 100),
      await train(commits.second, { ...prepare, outcome: 'cached' }, 200),
      await train(commits.fourth, { name: 'prepare', deps: [raw.other], outs: [prepared.other] }, 100),
    ];
    // Data that came after the training, and were prepared to the very same bytes.
    await recordPipeline(server(), {
      commit: commits.third,
      stages: [
        { name: 'prepare', deps: [raw.touched], outs: [prepared.first] },
        { name: 'train', outcome: 'cached', deps: [prepared.first], outs: [dataOf('model', `200 ${prepared.first.hash}`)] },
      ],
    });
    await mlflow('registered-models/alias', { name: 'm', alias: 'champion', version: '2' });
    sentAt = Date.now();
    const sending = (request_id: string, endpoint: string, version: string, after: number, rest: object = {}) => ({
      ...{ request_id, endpoint, model: 'm', version, at: sentAt + after, latency_ms: 1.5, features: { x: after }, prediction: 2 },
      ...rest,
    });
    const { kept } = await api().sendPredictions([
      sending('q1', 'load', '1', 1),
      sending('q2', 'load', '1', 2),
      sending('q3', 'load', '2', 3, { features: [{ x: 3 }, { x: 4 }, { x: 5 }], prediction: [1, 2, 3] }),
      sending('q4', 'shadow', '2', 6),
      sending('q3', 'shadow', '2', 7),
      sending('absent', 'load', '9', 8),
      sending('mistaken', 'load', 'v2', 9),
      { request_id: 'nameless', endpoint: 'load', at: sentAt + 10, features: { x: 1 }, prediction: 1 },
    ]);
    if (kept !== 8) throw new Error(`${kept} of 8 requests were kept`);
  });

  const resting = async (kind: string, id: string) => {
    const { count, versions, silent } = await api().restingPredictions(kind, id);
    return { count, of: versions.map((row) => `${row.model}/${row.version} at ${row.endpoint}: ${row.count}`).toSorted(), silent };
  };
  const first = 'm/1 at load: 2';
  const second = ['m/2 at load: 3', 'm/2 at shadow: 2'];

  test('raw data lead to every prediction of every version trained from what was made of them', async () => {
    const both = { count: 7, of: [first, ...second], silent: [] };
    expect(await resting('data_version', idOf(raw.first))).toEqual(both);
    expect(await resting('data_version', idOf(prepared.first))).toEqual(both);
    const { firstAt, lastAt, root, truncated } = await api().restingPredictions('data_version', idOf(raw.first));
    expect({ firstAt, lastAt, id: root.id, truncated }).toEqual({
      firstAt: sentAt + 1,
      lastAt: sentAt + 7,
      id: idOf(raw.first),
      truncated: false,
    });
  });

  test('a version without predictions is named, and leads to none', async () => {
    expect(await resting('data_version', idOf(raw.other))).toEqual({ count: 0, of: [], silent: ['m/3'] });
    expect((await api().restingPredictions('data_version', idOf(raw.other))).filter).toBeNull();
  });

  test('data that came after the training lead to no prediction, though their preparation gave the same bytes', async () => {
    expect(await resting('data_version', idOf(raw.touched))).toEqual({ count: 0, of: [], silent: [] });
    const { data } = await api().predictionLineage('q3');
    expect(data.map(({ id }) => id)).not.toContain(idOf(raw.touched));
  });

  test('a commit leads to what its stages made, and to what others made of it; not to what it found cached', async () => {
    expect(await resting('commit', commits.first)).toMatchObject({ count: 7 });
    expect(await resting('commit', commits.second)).toEqual({ count: 5, of: second, silent: [] });
    expect(await resting('commit', commits.third)).toMatchObject({ count: 0 });
  });

  test('a run and a version lead to their own', async () => {
    expect(await resting('run', runs[0]!)).toEqual({ count: 2, of: [first], silent: [] });
    expect(await resting('model_version', 'm/2')).toEqual({ count: 5, of: second, silent: [] });
    expect(await resting('model_version', 'm/7')).toEqual({ count: 0, of: [], silent: ['m/7'] });
  });

  test('the filter finds exactly what was counted', async () => {
    const { filter, count } = await api().restingPredictions('data_version', idOf(raw.first));
    expect(filter).toBe("(model = 'm' and version = '1') or (model = 'm' and version = '2')");
    const { items } = await api().predictions({ filter: filter!, limit: 1000 });
    expect(items).toHaveLength(count);
  });

  test('a prediction leads back to version, decision, run, stages, parameters, environment, data, commits and patch', async () => {
    const told = await api().predictionLineage('q3');
    expect(told).toMatchObject({
      record: {
        endpoint: 'load',
        at: sentAt + 3,
        status: 200,
        model: 'm',
        version: '2',
        rows: 3,
        shown: [{ row: 0, features: { x: 3 } }, {}, {}],
      },
      others: [{ endpoint: 'shadow', at: sentAt + 7 }],
      version: { model: 'm', version: 2, runId: runs[1], aliases: ['champion'] },
      decision: { outcome: 'moved', target: { kind: 'alias', name: 'champion' }, version: 2, actor: 'owner' },
      run: { id: runs[1], params: [{ name: 'trees', value: '200' }], metrics: [{ name: 'rmse', value: '281.5' }], deletedAt: null },
      stages: [
        {
          stage: 'train',
          params: { 'params.yaml': { trees: 200 } },
          pipelineRun: { name: 'forecast #2', commit: commits.second, dirty: true },
        },
        { stage: 'prepare', state: 'succeeded', pipelineRun: { name: 'forecast #1', commit: commits.first, dirty: false } },
      ],
      environment: [{ path: 'python_env.yaml', text: 'python: 3.11.9\n' }],
      patch,
      missing: [{ part: 'deployment', why: 'the model was served elsewhere, and its record sent here' }],
    });
    expect(told.data.map(({ id, origin }) => [id, origin])).toEqual([
      [idOf(prepared.first), 'made'],
      [idOf(raw.first), 'raw'],
    ]);
    expect(told.commits).toEqual([
      { hash: commits.second, branch: 'main', dirty: true },
      { hash: commits.first, branch: 'main', dirty: false },
    ]);
    expect((await api().predictionLineage('q3', 'shadow')).record).toMatchObject({ endpoint: 'shadow', rows: 1 });
  });

  test('a prediction is an object of the graph, and is found by its id as commits, data and runs are', async () => {
    const graph = await api().lineage('prediction', 'q1');
    expect(graph.edges.map(({ from, relation, to }) => `${from} -${relation}-> ${to}`)).toEqual(
      expect.arrayContaining(['endpoint load -answered-> prediction q1', 'model_version m/1 -predicted-> prediction q1']),
    );
    expect(graph.nodes.map(({ id }) => id)).toContain(idOf(raw.first));
    const found = async (id: string): Promise<string[]> => (await api().lineageObjects(id)).items.map((node) => `${node.kind} ${node.id}`);
    expect(await found('q1')).toEqual(['prediction q1']);
    expect(await found('bbbbbbbb')).toEqual([`commit ${commits.second}`]);
    expect(await found(raw.first.hash)).toEqual([`data_version ${idOf(raw.first)}`]);
    expect(await found(runs[0]!)).toEqual([`run ${runs[0]}`]);
    expect(await found('nothing')).toEqual([]);
  });

  test('what is not known is told, with the reason', async () => {
    const why = async (id: string): Promise<Record<string, string>> =>
      Object.fromEntries((await api().predictionLineage(id)).missing.map((miss) => [miss.part, miss.why]));
    expect((await why('nameless'))['model version']).toContain('sent without a model and version');
    expect((await why('absent'))['model version']).toContain('models:/m/9 is not in the registry');
    expect((await why('mistaken'))['model version']).toContain("with 'v2', which is no number of a version");
    expect(Object.keys(await why('absent'))).toEqual(['model version', 'deployment', 'run', 'stage run', 'data versions', 'commit']);
    await expect(api().predictionLineage('never')).rejects.toMatchObject({ status: 404, code: 'RESOURCE_DOES_NOT_EXIST' });
    await expect(api().predictionLineage('q1', 'shadow')).rejects.toMatchObject({ status: 404 });
    await expect(api().restingPredictions('nonsense', 'x')).rejects.toMatchObject({ status: 400 });
  });

  test('a deleted run is shown with the time of its deletion, and all behind it stays', async () => {
    await mlflow('runs/delete', { run_id: runs[0] });
    const told = await api().predictionLineage('q1');
    expect(told.run).toMatchObject({ id: runs[0], deletedAt: expect.any(Number) as unknown });
    expect(told.missing.find(({ part }) => part === 'run')?.why).toContain('was deleted at');
    expect(told.stages.map(({ stage }) => stage)).toEqual(['train', 'prepare']);
  });

  test('a deleted version is told, and the run that the record names leads on', async () => {
    const record = { request_id: 'orphan', endpoint: 'load', model: 'm', version: '3', run_id: runs[2], features: { x: 1 }, prediction: 1 };
    await api().sendPredictions([record]);
    await call()('DELETE', '/api/2.0/mlflow/model-versions/delete', { body: { name: 'm', version: '3' } });
    const told = await api().predictionLineage('orphan');
    expect(told.version).toBeNull();
    expect(told.run?.id).toBe(runs[2]);
    expect(told.data.map(({ id }) => id)).toContain(idOf(raw.other));
    expect(await resting('data_version', idOf(raw.other))).toMatchObject({ count: 1 });
  });

  test('a renamed model keeps its predictions, and the next one of its name has its own', async () => {
    const register = async (name: string, run: string): Promise<void> => {
      await mlflow('registered-models/create', { name });
      await mlflow('model-versions/create', { name, source: `runs:/${run}/model`, run_id: run });
    };
    const rename = (name: string, new_name: string) => mlflow('registered-models/rename', { name, new_name });
    const record = (request_id: string, model: string, at: number) =>
      api().sendPredictions([{ request_id, endpoint: 'renamed', model, version: '1', at, features: { x: 1 }, prediction: 1 }]);
    const told = async (id: string) => {
      const { version, run, data, record: kept } = await api().predictionLineage(id);
      return [kept.model, version?.model, run?.id, data.at(-1)?.id];
    };
    const ofRenamed = async (kind: string, id: string) => (await resting(kind, id)).of.filter((row) => row.includes('at renamed'));
    await register('first', runs[1]!);
    await record('under-first', 'first', sentAt);
    await rename('first', 'second');
    // What serves it may be told the new name later.
    await record('still-first', 'first', Date.now());
    await record('under-second', 'second', Date.now());
    await rename('second', 'third');
    expect(await told('under-first')).toEqual(['first', 'third', runs[1], idOf(raw.first)]);
    expect(await told('under-second')).toEqual(['second', 'third', runs[1], idOf(raw.first)]);
    expect(await ofRenamed('data_version', idOf(raw.first))).toEqual(['third/1 at renamed: 3']);
    expect(await ofRenamed('commit', commits.second)).toEqual(['third/1 at renamed: 3']);

    await register('first', runs[2]!);
    await record('again-first', 'first', Date.now() + 1000);
    expect(await told('under-first')).toEqual(['first', 'third', runs[1], idOf(raw.first)]);
    expect(await told('again-first')).toEqual(['first', 'first', runs[2], idOf(raw.other)]);
    expect(await ofRenamed('data_version', idOf(raw.first))).toEqual(['third/1 at renamed: 3']);
    expect(await ofRenamed('data_version', idOf(raw.other))).toEqual(['first/1 at renamed: 1']);
    const { filter, count } = await api().restingPredictions('model_version', 'third/1');
    expect((await api().predictions({ filter: filter!, limit: 1000 })).items).toHaveLength(count);

    await rename('third', 'second');
    expect(await told('under-first')).toEqual(['first', 'second', runs[1], idOf(raw.first)]);
    expect(await ofRenamed('data_version', idOf(raw.first))).toEqual(['second/1 at renamed: 3']);
    const edges = (await api().lineage('prediction', 'under-first')).edges.map(({ from, to }) => `${from} -> ${to}`);
    expect(edges).toContain('model_version second/1 -> prediction under-first');
  });

  test('a record that names a run and no model leads to the run', async () => {
    await api().sendPredictions([{ request_id: 'run-only', endpoint: 'load', run_id: runs[1]!, features: { x: 1 }, prediction: 1 }]);
    const told = await api().predictionLineage('run-only');
    expect([told.record.runId, told.version, told.run?.id]).toEqual([runs[1], null, runs[1]]);
  });

  test('a name that is given again leads to the model that has it now', async () => {
    const register = async (run: string): Promise<void> => {
      await mlflow('registered-models/create', { name: 'again' });
      await mlflow('model-versions/create', { name: 'again', source: `runs:/${run}/model`, run_id: run });
    };
    await register(runs[1]!);
    await call()('DELETE', '/api/2.0/mlflow/registered-models/delete', { body: { name: 'again' } });
    await register(runs[2]!);
    await api().sendPredictions([
      { request_id: 'again', endpoint: 'load', model: 'again', version: '1', features: { x: 1 }, prediction: 1 },
    ]);
    const told = await api().predictionLineage('again');
    expect(told.run?.id).toBe(runs[2]);
    expect(told.data.map(({ id }) => id)).toEqual([idOf(prepared.other), idOf(raw.other)]);
  });
});
