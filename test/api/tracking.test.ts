import { expect, test } from 'vitest';
import { describeOnBothDatabases } from '../support/both-databases.ts';
import { send as sendRaw } from '../support/http.ts';
import { mlflowClient } from '../support/mlflow-client.ts';
import { newExperiment, newRun, type RunAnswer } from '../support/mlflow-runs.ts';

const seeDocs = 'See the API docs for more information about request parameters.';

describeOnBothDatabases('tracking', (server) => {
  const client = mlflowClient(server);
  const { call, must, post, get, send } = client;
  const runOf = async (runId: string): Promise<RunAnswer['run']> => (await get<RunAnswer>('runs/get', { run_id: runId })).body.run;

  test('the experiment 0, Default, is there from the start', async () => {
    expect((await get('experiments/get', { experiment_id: '0' })).body).toEqual({
      experiment: {
        experiment_id: '0',
        name: 'Default',
        artifact_location: 'mlflow-artifacts:/0',
        lifecycle_stage: 'active',
        creation_time: expect.any(Number) as number,
        last_update_time: expect.any(Number) as number,
        workspace: 'default',
      },
    });
  });

  test('an experiment keeps its name also while it is deleted, and comes back with its runs', async () => {
    const { body } = await post<{ experiment_id: string }>('experiments/create', { name: 'kept', tags: [{ key: 'team', value: 'a' }] });
    const id = body.experiment_id;
    const run = await newRun(client, id);
    expect((await post('experiments/delete', { experiment_id: id })).body).toEqual({});
    expect((await post('experiments/create', { name: 'kept' })).body).toMatchObject({ error_code: 'RESOURCE_ALREADY_EXISTS' });
    expect(await runOf(run)).toMatchObject({ info: { lifecycle_stage: 'deleted' } });
    expect((await post('runs/create', { experiment_id: id })).body).toEqual({
      error_code: 'INVALID_PARAMETER_VALUE',
      message: `The experiment ${id} must be in the 'active' state. Current state is deleted.`,
    });
    expect((await post('experiments/update', { experiment_id: id, new_name: 'x' })).status).toBe(400);
    expect((await post('experiments/restore', { experiment_id: id })).status).toBe(200);
    expect(await runOf(run)).toMatchObject({ info: { lifecycle_stage: 'active' } });
    expect((await get('experiments/get-by-name', { experiment_name: 'kept' })).body).toMatchObject({
      experiment: { experiment_id: id, lifecycle_stage: 'active', tags: [{ key: 'team', value: 'a' }] },
    });
  });

  test.each([
    ['file:///etc', 'mlflow-artifacts:/<path>'],
    ['/etc/passwd', 'mlflow-artifacts:/<path>'],
    ['relative', 'mlflow-artifacts:/<path>'],
    ['runs:/abc/model', 'cannot be a runs:/ URI'],
    ['s3://bucket/a/../b', 'must not climb out'],
    ['mlflow-artifacts:/a/%252e%252e/b', 'must not climb out'],
    ['mlflow-artifacts://host/a', 'the form is'],
    ['s3://bucket/a#b', "can't include fragments"],
  ])('an artifact location %s is refused', async (location, reason) => {
    const { status, body } = await post<{ message: string }>('experiments/create', { name: `at ${location}`, artifact_location: location });
    expect(status).toBe(400);
    expect(body.message).toContain(reason);
  });

  test('a run without a name gets one, and its name and the tag mlflow.runName are one thing', async () => {
    const experiment = await newExperiment(client);
    const id = await newRun(client, experiment, { user_id: 'ada' });
    const run = await runOf(id);
    expect(run.info).toEqual({
      run_id: id,
      run_uuid: id,
      run_name: expect.stringMatching(/^[a-z]+-[a-z]+-\d{1,3}$/) as string,
      experiment_id: experiment,
      user_id: 'ada',
      status: 'RUNNING',
      start_time: 1000,
      artifact_uri: `mlflow-artifacts:/${experiment}/${id}/artifacts`,
      lifecycle_stage: 'active',
    });
    expect(run.data).toEqual({ tags: [{ key: 'mlflow.runName', value: run.info.run_name }] });
    await post('runs/set-tag', { run_id: id, key: 'mlflow.runName', value: 'by tag' });
    expect((await runOf(id)).info.run_name).toBe('by tag');
    await post('runs/update', { run_id: id, run_name: 'by update' });
    expect((await runOf(id)).data.tags).toEqual([{ key: 'mlflow.runName', value: 'by update' }]);
    const both = { run_name: 'a', tags: [{ key: 'mlflow.runName', value: 'b' }] };
    expect((await post('runs/create', { experiment_id: experiment, ...both })).body).toEqual({
      error_code: 'INVALID_PARAMETER_VALUE',
      message:
        "Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values (run_name='a', mlflow.runName='b').",
    });
  });

  test('a batch is kept whole or not at all', async () => {
    const id = await newRun(client, await newExperiment(client));
    await post('runs/log-parameter', { run_id: id, key: 'p', value: '1' });
    const before = await runOf(id);
    const batch = {
      run_id: id,
      metrics: [{ key: 'm', value: 1, timestamp: 1 }],
      params: [{ key: 'new', value: 'x' }, { key: 'p', value: "it's" }], // prettier-ignore
      tags: [{ key: 't', value: 'x' }],
    };
    expect((await post('runs/log-batch', batch)).body).toEqual({
      error_code: 'INVALID_PARAMETER_VALUE',
      message: `Changing param values is not allowed. Params were already logged='[{'key': 'p', 'old_value': '1', 'new_value': "it's"}]' for run ID='${id}'.`,
    });
    expect(await runOf(id)).toEqual(before);
    await post('runs/log-batch', { ...batch, params: [{ key: 'p', value: '1' }] }); // the same value again is no change
    expect((await runOf(id)).data).toMatchObject({
      metrics: [{ key: 'm' }],
      params: [{ key: 'p', value: '1' }],
      tags: expect.arrayContaining([{ key: 't', value: 'x' }]) as unknown,
    });
  });

  test('limits and types are checked with the messages that clients match', async () => {
    const id = await newRun(client, await newExperiment(client));
    const messageOf = async (path: string, fields: Record<string, unknown>): Promise<unknown> => {
      const { status, body } = await post(path, fields);
      expect(status).toBe(400);
      expect(body.error_code).toBe('INVALID_PARAMETER_VALUE');
      return body.message;
    };
    const metric = { run_id: id, key: 'm', value: 1, timestamp: 1 };
    expect(await messageOf('runs/log-metric', { ...metric, timestamp: undefined })).toBe(
      `Missing value for required parameter 'timestamp'. ${seeDocs}`,
    );
    expect(await messageOf('runs/log-metric', { ...metric, value: 'abc' })).toBe(
      `Invalid value "abc" for parameter 'value' supplied:  Hint: Value was of type 'str'. ${seeDocs}`,
    );
    expect(await messageOf('runs/log-metric', { ...metric, run_id: '' })).toBe(`Missing value for required parameter 'run_id'. ${seeDocs}`);
    expect(await messageOf('runs/log-metric', { ...metric, timestamp: -5 })).toBe(
      `Invalid value -5 for parameter 'timestamp' supplied: metric 'm' (value=1.0). Timestamp must be a nonnegative long (64-bit integer) `,
    );
    expect(await messageOf('runs/log-metric', { ...metric, key: 'a/../b' })).toBe(
      `Invalid value "a/../b" for parameter 'name' supplied: Names may be treated as files in certain cases, and must not resolve to other names when treated as such. This name would resolve to 'b'`,
    );
    expect(await messageOf('runs/log-metric', { ...metric, key: 'm*' })).toContain('Names may only contain alphanumerics');
    expect(await messageOf('runs/log-metric', { ...metric, key: 'k'.repeat(251) })).toBe(
      "'Metric name' exceeds the maximum length of 250 characters",
    );
    expect(await messageOf('runs/log-metric', { ...metric, key: 'a\0b' })).toContain('NUL');
    const many = Array.from({ length: 1001 }, () => ({ key: 'm', value: 1, timestamp: 1 }));
    expect(await messageOf('runs/log-batch', { run_id: id, metrics: many })).toBe(
      'A batch logging request can contain at most 1000 metrics. Got 1001 metrics. Please split up metrics across multiple requests and try again.',
    );
    expect(await messageOf('runs/log-batch', { run_id: id, metrics: [{ key: 'm', value: 1 }] })).toBe(
      `Missing value for required parameter 'metrics[0].timestamp'. ${seeDocs}`,
    );
    expect(
      await messageOf('runs/log-batch', {
        run_id: id,
        params: [
          { key: 'q', value: '2' },
          { key: 'q', value: '2' },
        ],
      }),
    ).toBe(
      // prettier-ignore
      "Duplicate parameter keys have been submitted: ['q']. Please ensure the request contains only one param value per param key.",
    );
    expect(await messageOf('runs/update', { run_id: id, status: 'BOGUS' })).toContain(`Invalid value "BOGUS" for parameter 'status'`);
    expect((await runOf(id)).data.metrics).toBeUndefined();
  });

  test('a value is cut however long it comes, and a model takes a hundred params of full length', async () => {
    const experiment = await newExperiment(client);
    const id = await newRun(client, experiment, { tags: [{ key: 't', value: '日'.repeat(500_000) }] });
    await must('POST', 'runs/log-parameter', { run_id: id, key: 'p', value: 'x'.repeat(3_000_000) });
    expect((await runOf(id)).data.params).toEqual([{ key: 'p', value: 'x'.repeat(6000) }]);
    const params = Array.from({ length: 100 }, (_, index) => ({ key: `p${index}`, value: '日'.repeat(6000) }));
    expect((await post('logged-models', { experiment_id: experiment, name: 'm', params })).status).toBe(200);
  });

  test('long values of params and tags are cut, those of experiment tags refused', async () => {
    const experiment = await newExperiment(client);
    const id = await newRun(client, experiment);
    const long = '😀'.repeat(8001);
    await post('runs/log-parameter', { run_id: id, key: 'p', value: long });
    await post('runs/set-tag', { run_id: id, key: 't', value: long });
    const { data } = await runOf(id);
    expect([...data.params![0]!.value]).toHaveLength(6000);
    expect([...data.tags!.find((tag) => tag.key === 't')!.value]).toHaveLength(8000);
    const tag = { experiment_id: experiment, key: 'k', value: 'x'.repeat(20_001) };
    expect((await post('experiments/set-experiment-tag', tag)).body.message).toBe("'value' exceeds the maximum length of 20000 characters");
  });

  test('what is not there answers 404, and a deleted run takes nothing', async () => {
    const id = await newRun(client, await newExperiment(client));
    const missing = '0'.repeat(32);
    expect(await get('runs/get', { run_id: missing })).toMatchObject({
      status: 404,
      body: { error_code: 'RESOURCE_DOES_NOT_EXIST', message: `Run with id=${missing} not found` },
    });
    expect(await get('experiments/get', { experiment_id: '999999' })).toMatchObject({
      status: 404,
      body: { message: 'No Experiment with id=999999 exists' },
    });
    expect(await post('runs/delete-tag', { run_id: id, key: 'no' })).toMatchObject({
      status: 404,
      body: { message: `No tag with name: no in run with id ${id}` },
    });
    await post('runs/delete', { run_id: id });
    await post('runs/delete', { run_id: id });
    const deleted = {
      error_code: 'INVALID_PARAMETER_VALUE',
      message: `The run ${id} must be in the 'active' state. Current state is deleted.`,
    };
    expect((await post('runs/log-metric', { run_id: id, key: 'm', value: 1, timestamp: 1 })).body).toEqual(deleted);
    expect((await post('runs/update', { run_id: id, status: 'FAILED' })).body).toEqual(deleted);
    await post('runs/restore', { run_id: id });
    expect((await post('runs/update', { run_id: id, status: 'FINISHED', end_time: 2000 })).body).toMatchObject({
      run_info: { status: 'FINISHED', end_time: 2000, lifecycle_stage: 'active' },
    });
  });

  test('bodies that are no message are refused, those of old clients understood', async () => {
    const experiment = await newExperiment(client);
    const status = async (body: string | Uint8Array<ArrayBuffer>): Promise<number> => (await send('POST', 'runs/search', body)).status;
    expect(await status('{"a":')).toBe(400);
    expect(await status('[]')).toBe(400);
    expect(await status(new Uint8Array([0xff, 0xfe, 0x7b, 0x7d]))).toBe(400);
    expect(await status(`{"experiment_ids":["${experiment}"],"experimentIds":["1"]}`)).toBe(400);
    expect(await status(`{"experiment_ids":${'['.repeat(100_000)}${']'.repeat(100_000)}}`)).toBe(400);
    expect(await status(JSON.stringify(JSON.stringify({ experiment_ids: [experiment] })))).toBe(200);
    expect(await status(`{"experimentIds":["${experiment}"],"maxResults":"5","unknown":{"a":[1]}}`)).toBe(200);
    const plain = await send('POST', 'runs/search', '{}', { 'content-type': 'text/plain' });
    expect(plain.status).toBe(400);
    expect(JSON.parse(plain.text)).toMatchObject({ message: "Bad Request. Content-Type must be one of ['application/json']." });
    const scalarsAsText = {
      run_id: await newRun(client, experiment, { start_time: '5' }),
      key: 'm',
      value: '1.5',
      timestamp: '7',
      step: '3',
    };
    expect((await post('runs/log-metric', scalarsAsText)).status).toBe(200);
    expect((await runOf(scalarsAsText.run_id)).data.metrics).toEqual([{ key: 'm', value: 1.5, timestamp: 7, step: 3 }]);
  });

  test('a GET carries its message in the query, or where there is none in its body', async () => {
    const runId = await newRun(client, await newExperiment(client));
    const ask = async (query: string, body: string): Promise<unknown> => {
      const { text } = await sendRaw(server().url, { path: `/api/2.0/mlflow/runs/get${query}`, body });
      return JSON.parse(text) as unknown;
    };
    expect(await ask('', JSON.stringify({ run_id: runId }))).toMatchObject({ run: { info: { run_id: runId }, outputs: {} } });
    expect(await ask(`?run_id=${runId}`, '{"run_id": "other"}')).toMatchObject({ run: { info: { run_id: runId } } });
    expect(await ask('', '')).toMatchObject({ message: `Missing value for required parameter 'run_id'. ${seeDocs}` });
  });

  test('a metric names both a data set and its digest, or neither', async () => {
    const id = await newRun(client, await newExperiment(client));
    const metric = { key: 'm', value: 1, timestamp: 1 };
    const refused = { status: 400, body: { message: 'Both dataset_name and dataset_digest must be provided if one is provided' } };
    expect(await post('runs/log-metric', { run_id: id, ...metric, dataset_name: 'd' })).toMatchObject(refused);
    expect(await post('runs/log-batch', { run_id: id, metrics: [metric, { ...metric, dataset_digest: 'g' }] })).toMatchObject(refused);
    expect(await post('runs/log-metric', { run_id: id, ...metric, dataset_name: '', dataset_digest: '' })).toMatchObject({ status: 200 });
  });

  test('the history of a run that is not there is empty', async () => {
    expect(await get('metrics/get-history', { run_id: 'nobody', metric_key: 'm' })).toEqual({ status: 200, body: {} });
  });

  test('the models that old clients log stand in a tag of the run', async () => {
    const id = await newRun(client, await newExperiment(client));
    const model = { run_id: id, artifact_path: 'm', utc_time_created: '2020-01-01 00:00:00', flavors: { sklearn: {} } };
    await must('POST', 'runs/log-model', { run_id: id, model_json: JSON.stringify({ ...model, more: 1 }) });
    const tag = (await runOf(id)).data.tags!.find(({ key }) => key === 'mlflow.log-model.history');
    expect(JSON.parse(tag!.value)).toEqual([{ ...model, model_uuid: null }]);
  });

  test('datasets and models that a run read and made stay with it', async () => {
    const experiment = await newExperiment(client);
    const id = await newRun(client, experiment);
    const dataset = { name: 'd', digest: 'abc', source_type: 'local', source: '{"uri":"x"}', schema: '{}' };
    const input = { tags: [{ key: 'mlflow.data.context', value: 'train' }], dataset };
    await post('runs/log-inputs', { run_id: id, datasets: [input, input], models: [{ model_id: 'm-1' }] });
    await post('runs/log-inputs', { run_id: id, datasets: [input] });
    expect((await runOf(id)).inputs).toEqual({ dataset_inputs: [input], model_inputs: [{ model_id: 'm-1' }] });
    expect((await post('experiments/search-datasets', { experiment_ids: [experiment] })).body).toEqual({
      dataset_summaries: [{ experiment_id: experiment, name: 'd', digest: 'abc', context: 'train' }],
    });
    await post('runs/outputs', { run_id: id, models: [{ model_id: 'm-2', step: 4 }] });
    expect(await runOf(id)).toMatchObject({ outputs: { model_outputs: [{ model_id: 'm-2', step: 4 }] } });
  });

  test('a logged model is pending, then ready, carries metrics of runs, and can be deleted', async () => {
    const experiment = await newExperiment(client);
    const run = await newRun(client, experiment);
    const fields = {
      experiment_id: experiment,
      name: 'forest',
      source_run_id: run,
      params: [{ key: 'depth', value: '3' }],
      tags: [{ key: 'a', value: 'b' }],
    };
    type Model = { model: { info: { model_id: string } } };
    const id = (await post<Model>('logged-models', fields)).body.model.info.model_id;
    const info = {
      model_id: id,
      experiment_id: experiment,
      name: 'forest',
      artifact_uri: `mlflow-artifacts:/${experiment}/models/${id}/artifacts`,
      status: 'LOGGED_MODEL_PENDING',
      model_type: '',
      source_run_id: run,
      tags: [{ key: 'a', value: 'b' }],
    };
    expect((await get(`logged-models/${id}`)).body).toMatchObject({ model: { info, data: { params: fields.params } } });
    await must('PATCH', `logged-models/${id}`, { model_id: id, status: 'LOGGED_MODEL_READY' });
    await post('runs/log-metric', {
      run_id: run,
      key: 'rmse',
      value: 0.5,
      timestamp: 1,
      model_id: id,
      dataset_name: 'd',
      dataset_digest: 'abc',
    });
    await must('DELETE', `logged-models/${id}/tags/a`);
    const metric = { key: 'rmse', value: 0.5, timestamp: 1, step: 0, model_id: id, run_id: run, dataset_name: 'd', dataset_digest: 'abc' };
    expect((await get<Model>(`logged-models/${id}`)).body.model).toMatchObject({
      info: { status: 'LOGGED_MODEL_READY' },
      data: { metrics: [metric] },
    });
    expect((await call('DELETE', `logged-models/${id}/tags/a`)).body.message).toBe(`No tag with key 'a' found for model with ID '${id}'.`);
    expect((await post('logged-models', { experiment_id: experiment, name: 'a/b' })).status).toBe(400);
    await must('DELETE', `logged-models/${id}`);
    expect(await get(`logged-models/${id}`)).toMatchObject({ status: 404, body: { message: `Logged model with ID '${id}' not found.` } });
    expect((await get(`logged-models/${id}`, { allow_deleted: 'true' })).status).toBe(200);
    expect(await call('DELETE', `logged-models/${id}`)).toEqual({ status: 200, body: {} });
  });

  test('a search for logged models takes texts without quotes', async () => {
    const experiment = await newExperiment(client);
    await post('logged-models', { experiment_id: experiment, name: 'forest', params: [{ key: 'lr', value: '0.01' }] });
    const search = (filter: string) => post<{ models?: unknown[] }>('logged-models/search', { experiment_ids: [experiment], filter });
    expect((await search('params.lr = 0.01 AND name = forest')).body.models).toHaveLength(1);
    expect((await search('params.lr = 0.02')).body).toEqual({});
  });

  test('twenty clients that log to one run at once lose nothing', async () => {
    const id = await newRun(client, await newExperiment(client));
    await Promise.all(
      Array.from({ length: 20 }, async (_, client) => {
        for (let call = 0; call < 10; call += 1) {
          const metrics = Array.from({ length: 20 }, (__, index) => ({
            key: `m${(index * 7 + client) % 20}`,
            value: client,
            timestamp: call,
            step: call,
          }));
          const { status } = await post('runs/log-batch', { run_id: id, metrics, tags: [{ key: `t${client}`, value: `${call}` }] });
          expect(status).toBe(200);
        }
      }),
    );
    const { data } = await runOf(id);
    expect(data.metrics).toHaveLength(20);
    expect(data.metrics!.every((metric) => metric.step === 9 && metric.value === 19)).toBe(true);
    expect(data.tags!.filter((tag) => tag.key.startsWith('t') && tag.value === '9')).toHaveLength(20);
  });

  test('calls that are not served answer JSON that clients understand', async () => {
    expect(await get('traces')).toMatchObject({ status: 501, body: { error_code: 'NOT_IMPLEMENTED' } });
    expect(await get('no/such/call')).toMatchObject({ status: 404, body: { error_code: 'ENDPOINT_NOT_FOUND' } });
    expect(await get('runs/create')).toMatchObject({ status: 405, body: { error_code: 'METHOD_NOT_ALLOWED' } });
    expect((await sendRaw(server().url, { method: 'PUT', path: '/api/2.0/mlflow/registered-models/alias' })).headers.allow).toBe(
      'POST, DELETE, GET, HEAD',
    );
    expect((await fetch(`${server().url}/version`)).status).toBe(200);
    expect(await (await fetch(`${server().url}/version`)).text()).toMatch(/^3\.\d+\.\d+$/);
  });
});
