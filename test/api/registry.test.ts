import { expect, test } from 'vitest';
import { describeOnBothDatabases } from '../support/both-databases.ts';
import { mlflowClient } from '../support/mlflow-client.ts';

interface Version {
  readonly version: string;
  readonly current_stage: string;
  readonly source: string;
  readonly run_id: string;
  readonly aliases?: readonly string[];
  readonly tags?: readonly { readonly key: string; readonly value: string }[];
  readonly last_updated_timestamp: number;
}
interface Model {
  readonly name: string;
  readonly description?: string;
  readonly aliases?: readonly { readonly alias: string; readonly version: string }[];
  readonly latest_versions?: readonly Version[];
}

describeOnBothDatabases('the registry', (server) => {
  const { call, must } = mlflowClient(server);
  let count = 0;
  const fresh = (): string => `model ${(count += 1)}`;

  async function newRun(): Promise<string> {
    const { run } = await must<{ run: { info: { run_id: string } } }>('POST', 'runs/create', { experiment_id: '0' });
    return run.info.run_id;
  }
  async function newModel(name = fresh(), fields: object = {}): Promise<string> {
    await must('POST', 'registered-models/create', { name, ...fields });
    return name;
  }
  async function newVersion(name: string, fields: object = {}): Promise<Version> {
    const run_id = await newRun();
    const request = { name, source: `mlflow-artifacts:/0/${run_id}/artifacts/model`, run_id, ...fields };
    return (await must<{ model_version: Version }>('POST', 'model-versions/create', request)).model_version;
  }
  const names = async (filter: string, fields: object = {}): Promise<string[]> => {
    const found = await must<{ registered_models?: Model[] }>('GET', 'registered-models/search', { filter, ...fields });
    return (found.registered_models ?? []).map((model) => model.name);
  };
  const numbers = async (filter: string, fields: object = {}): Promise<string[]> => {
    const found = await must<{ model_versions?: Version[] }>('GET', 'model-versions/search', { filter, ...fields });
    return (found.model_versions ?? []).map((version) => version.version);
  };

  test('a model is made once, with its tags, and read back', async () => {
    const name = await newModel(fresh(), { description: 'of load', tags: [{ key: 'team', value: 'grid' }] });
    const { registered_model } = await must<{ registered_model: Model }>('GET', 'registered-models/get', { name });
    expect(registered_model).toEqual({
      name,
      creation_timestamp: expect.any(Number),
      last_updated_timestamp: expect.any(Number),
      description: 'of load',
      tags: [{ key: 'team', value: 'grid' }],
    });
    expect(await call('POST', 'registered-models/create', { name })).toEqual({
      status: 400,
      body: { error_code: 'RESOURCE_ALREADY_EXISTS', message: `Registered Model (name=${name}) already exists.` },
    });
  });

  test.each([
    ['POST', 'registered-models/create', {}, 400, "Missing value for required parameter 'name'. See the API docs"],
    ['POST', 'registered-models/create', { name: 7 }, 400, "Invalid value 7 for parameter 'name' supplied"],
    ['POST', 'registered-models/create', { name: 'a/b' }, 400, "Invalid model name 'a/b'. Names cannot contain '/' or ':'."],
    ['GET', 'registered-models/get', { name: 'none' }, 404, 'Registered Model with name=none not found'],
    ['DELETE', 'registered-models/delete', { name: 'none' }, 404, 'Registered Model with name=none not found'],
    ['GET', 'model-versions/get', { name: 'none', version: '1' }, 404, 'Model Version (name=none, version=1) not found'],
    ['GET', 'model-versions/get', { name: 'none', version: 'x' }, 400, "Parameter 'version' must be an integer, got 'x'."],
    ['GET', 'registered-models/search', { max_results: 1001 }, 400, 'It must be at most 1000, but got value 1001'],
    ['GET', 'model-versions/search', { max_results: 0 }, 400, 'Invalid value for max_results. It must be a positive integer, but got 0'],
    ['GET', 'registered-models/search', { page_token: '??' }, 400, 'Invalid page token, could not base64-decode'],
    ['GET', 'registered-models/search', { filter: "x = 'y'" }, 400, "Invalid attribute key 'x' specified."],
    [
      'POST',
      'registered-models/create',
      { name: 'p', tags: [{ key: 'mlflow.prompt.is_prompt', value: 'true' }] },
      501,
      'no prompt registry',
    ],
  ] as const)('%s %s %j answers %i', async (method, path, fields, status, message) => {
    const reply = await call(method, path, fields);
    expect(reply.status).toBe(status);
    expect(reply.body.message).toContain(message);
  });

  test('versions count up and are never numbered anew', async () => {
    const name = await newModel();
    expect((await newVersion(name)).version).toBe('1');
    expect((await newVersion(name)).version).toBe('2');
    await must('DELETE', 'model-versions/delete', { name, version: '2' });
    expect((await call('GET', 'model-versions/get', { name, version: '2' })).status).toBe(404);
    expect((await newVersion(name)).version).toBe('3');
    expect(await numbers(`name = '${name}'`)).toEqual(['3', '1']);
  });

  test('versions made at once all get a number of their own', async () => {
    const name = await newModel();
    const made = await Promise.all(Array.from({ length: 8 }, () => newVersion(name)));
    expect(made.map((version) => Number(version.version)).toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test('a version is what the wire says', async () => {
    const name = await newModel();
    const made = await newVersion(name, { tags: [{ key: 'k', value: 'v' }], description: 'first' });
    expect(made).toEqual({
      name,
      version: '1',
      creation_timestamp: expect.any(Number),
      last_updated_timestamp: expect.any(Number),
      current_stage: 'None',
      description: 'first',
      source: `mlflow-artifacts:/0/${made.run_id}/artifacts/model`,
      run_id: expect.stringMatching(/^[0-9a-f]{32}$/),
      status: 'READY',
      tags: [{ key: 'k', value: 'v' }],
      run_link: '',
    });
    const { artifact_uri } = await must<{ artifact_uri: string }>('GET', 'model-versions/get-download-uri', { name, version: '1' });
    expect(artifact_uri).toBe(made.source);
  });

  test('a version made from a version has its files and run', async () => {
    const name = await newModel();
    const made = await newVersion(name);
    const other = await newModel();
    const copy = await must<{ model_version: Version }>('POST', 'model-versions/create', { name: other, source: `models:/${name}/1` });
    expect(copy.model_version).toMatchObject({ source: `models:/${name}/1`, run_id: made.run_id });
    expect(await must('GET', 'model-versions/get-download-uri', { name: other, version: '1' })).toEqual({ artifact_uri: made.source });
  });

  test('a source is never a path of the server, nor of another run', async () => {
    const name = await newModel();
    const run_id = await newRun();
    const other = await newRun();
    for (const source of [
      '/etc/passwd',
      'file:///etc/passwd',
      `mlflow-artifacts:/0/${run_id}/artifacts/../../../x`,
      `mlflow-artifacts:/0/${run_id}/artifacts/%252e%252e/x`,
      `mlflow-artifacts:/0/${other}/artifacts/model`,
      `runs:/${other}/model`,
      'models:/m-00000000000000000000000000000000',
    ]) {
      const reply = await call('POST', 'model-versions/create', { name, source, run_id });
      expect([source, reply.status, reply.body.error_code]).toEqual([source, 400, 'INVALID_PARAMETER_VALUE']);
      expect(reply.body.message).toMatch(/^Invalid model version source: /);
    }
    expect(await numbers(`name = '${name}'`)).toEqual([]);
  });

  test('an alias moves, is looked up, and goes with its version', async () => {
    const name = await newModel();
    await newVersion(name);
    await newVersion(name);
    for (const version of ['1', '2']) await must('POST', 'registered-models/alias', { name, alias: 'best', version });
    const found = await must<{ model_version: Version }>('GET', 'registered-models/alias', { name, alias: 'best' });
    expect([found.model_version.version, found.model_version.aliases]).toEqual(['2', ['best']]);
    const { registered_model } = await must<{ registered_model: Model }>('GET', 'registered-models/get', { name });
    expect(registered_model.latest_versions?.map(({ aliases }) => aliases)).toEqual([['best']]);
    const searched = await must<{ model_versions: Version[] }>('GET', 'model-versions/search', { filter: `name = '${name}'` });
    expect(searched.model_versions.map(({ version, aliases }) => [version, aliases])).toEqual([
      ['2', ['best']],
      ['1', undefined],
    ]);
    const latest = await must<{ model_version: Version }>('GET', 'registered-models/alias', { name, alias: 'Latest' });
    expect(latest.model_version.version).toBe('2');
    await must('DELETE', 'model-versions/delete', { name, version: '2' });
    expect(await call('GET', 'registered-models/alias', { name, alias: 'best' })).toEqual({
      status: 400,
      body: { error_code: 'INVALID_PARAMETER_VALUE', message: 'Registered model alias best not found.' },
    });
    await must('DELETE', 'registered-models/alias', { name, alias: 'never-set' });
    expect((await call('POST', 'registered-models/alias', { name, alias: 'latest', version: '1' })).body.message).toBe(
      "'latest' alias name (case insensitive) is reserved.",
    );
    expect((await call('POST', 'registered-models/alias', { name, alias: 'x', version: '9' })).status).toBe(404);
  });

  test('a stage is canonical, archives its others on demand, and tells its latest version', async () => {
    const name = await newModel();
    for (let made = 0; made < 3; made += 1) await newVersion(name);
    const move = (version: string, stage: string, archive_existing_versions: boolean) =>
      call<{ model_version: Version } & { message?: string }>('POST', 'model-versions/transition-stage', {
        name,
        version,
        stage,
        archive_existing_versions,
      });
    expect((await move('1', 'production', false)).body.model_version.current_stage).toBe('Production');
    expect((await move('2', 'Production', true)).status).toBe(200);
    const latest = async (stages: string[]): Promise<unknown[]> => {
      const found = await must<{ model_versions?: Version[] }>('POST', 'registered-models/get-latest-versions', { name, stages });
      return (found.model_versions ?? []).map((version) => [version.version, version.current_stage]);
    };
    expect(await latest([])).toEqual([
      ['1', 'Archived'],
      ['2', 'Production'],
      ['3', 'None'],
    ]);
    expect(await latest(['PRODUCTION'])).toEqual([['2', 'Production']]);
    expect(await move('1', 'Champion', false)).toMatchObject({
      status: 400,
      body: { message: 'Invalid Model Version stage: Champion. Value must be one of None, Staging, Production, Archived.' },
    });
    expect(await move('1', 'Archived', true)).toMatchObject({
      status: 400,
      body: {
        message:
          "Model version transition cannot archive existing model versions because 'Archived' is not an Active stage. Valid stages are ['Staging', 'Production']",
      },
    });
  });

  test('a rename takes versions, tags and aliases along; a taken name is refused', async () => {
    const name = await newModel();
    const taken = await newModel();
    await newVersion(name, { tags: [{ key: 'k', value: 'v' }] });
    await must('POST', 'registered-models/alias', { name, alias: 'best', version: '1' });
    expect((await call('POST', 'registered-models/rename', { name, new_name: taken })).body.error_code).toBe('RESOURCE_ALREADY_EXISTS');
    const new_name = fresh();
    await must('POST', 'registered-models/rename', { name, new_name });
    const found = await must<{ model_version: Version }>('GET', 'registered-models/alias', { name: new_name, alias: 'best' });
    expect(found.model_version).toMatchObject({ version: '1', tags: [{ key: 'k', value: 'v' }] });
    expect((await call('GET', 'registered-models/get', { name })).status).toBe(404);
    const lineage = await fetch(`${server().url}/api/1/lineage?kind=model_version&id=${encodeURIComponent(`${new_name}/1`)}`);
    expect(((await lineage.json()) as { edges: { relation: string }[] }).edges.map((edge) => edge.relation)).toContain('registered');
  });

  test('a deleted model is gone with all that hung on it', async () => {
    const name = await newModel();
    await newVersion(name);
    await must('DELETE', 'registered-models/delete', { name });
    expect((await call('GET', 'registered-models/get', { name })).status).toBe(404);
    expect(await numbers(`name = '${name}'`)).toEqual([]);
    await newModel(name);
    expect((await newVersion(name)).version).toBe('1');
  });

  test('tags are set, overwritten and taken away; descriptions too', async () => {
    const name = await newModel();
    await newVersion(name);
    for (const value of ['a', 'b']) {
      await must('POST', 'registered-models/set-tag', { name, key: 'k', value });
      await must('POST', 'model-versions/set-tag', { name, version: '1', key: 'k', value });
    }
    expect(await names(`name = '${name}' AND tags.k = 'b'`)).toEqual([name]);
    expect(await numbers(`name = '${name}' AND tags.k = 'b'`)).toEqual(['1']);
    await must('DELETE', 'registered-models/delete-tag', { name, key: 'k' });
    await must('DELETE', 'model-versions/delete-tag', { name, version: '1', key: 'k' });
    await must('DELETE', 'model-versions/delete-tag', { name, version: '1', key: 'never' });
    expect(await names(`name = '${name}' AND tags.k = 'b'`)).toEqual([]);
    await must('PATCH', 'registered-models/update', { name, description: 'new' });
    const updated = await must<{ model_version: object }>('PATCH', 'model-versions/update', { name, version: '1', description: 'vn' });
    expect(updated.model_version).toMatchObject({ description: 'vn' });
    const { registered_model } = await must<{ registered_model: Model }>('GET', 'registered-models/get', { name });
    expect(registered_model).toMatchObject({ description: 'new', latest_versions: [{ version: '1', description: 'vn' }] });
  });

  test('a search finds by name and tag, is case-sensitive with LIKE and not with ILIKE', async () => {
    for (const [name, value] of [
      ['Find-a', 'X'],
      ['Find-b', 'x'],
      ['find-c', 'y'],
    ])
      await newModel(name, { tags: [{ key: 'kind', value }] });
    expect(await names("name LIKE 'Find-%'")).toEqual(['Find-a', 'Find-b']);
    expect((await names("name ILIKE 'find-%'")).toSorted()).toEqual(['Find-a', 'Find-b', 'find-c']);
    expect(await names("name ILIKE 'find-%' AND tags.kind ILIKE 'x'")).toEqual(['Find-a', 'Find-b']);
    expect(await names("name IN ('Find-b', 'nobody')")).toEqual(['Find-b']);
    expect(await names("name LIKE 'Find-%' AND tag.`kind` != 'X'")).toEqual(['Find-b']);
    expect(await names("tags.`mlflow.prompt.is_prompt` = 'true'")).toEqual([]);
    expect(await names("name LIKE 'Find-%'", { order_by: ['name DESC'] })).toEqual(['Find-b', 'Find-a']);
  });

  test('pages hold together while models are added and deleted', async () => {
    for (const letter of 'abcdefg') await newModel(`paged-${letter}`);
    const seen: string[] = [];
    let token = '';
    for (let page = 0; page < 4; page += 1) {
      const found = await must<{ registered_models?: Model[]; next_page_token?: string }>('GET', 'registered-models/search', {
        filter: "name LIKE 'paged-%'",
        max_results: 2,
        ...(token === '' ? {} : { page_token: token }),
      });
      seen.push(...(found.registered_models ?? []).map((model) => model.name));
      token = found.next_page_token ?? '';
      if (page === 0) {
        await must('DELETE', 'registered-models/delete', { name: 'paged-a' });
        await newModel('paged-bb');
      }
    }
    expect(seen).toEqual(['paged-a', 'paged-b', 'paged-bb', 'paged-c', 'paged-d', 'paged-e', 'paged-f', 'paged-g']);
    expect(token).toBe('');
  });

  test('versions are found by run, number and source, the newest change first', async () => {
    const name = await newModel();
    const first = await newVersion(name);
    await newVersion(name);
    await newVersion(name);
    await must('PATCH', 'model-versions/update', { name, version: '1', description: 'x' });
    expect(await numbers(`run_id = '${first.run_id}'`)).toEqual(['1']);
    expect(await numbers(`run_id IN ('${first.run_id}')`)).toEqual(['1']);
    expect(await numbers(`name = '${name}' AND version_number > 1`, { order_by: ['version_number ASC'] })).toEqual(['2', '3']);
    expect(await numbers(`source_path = '${first.source}'`)).toEqual(['1']);
    expect((await numbers(`name = '${name}'`, { max_results: 1 }))[0]).toBe('1');
  });

  test('a filter may name five hundred runs', async () => {
    const runIds = Array.from({ length: 500 }, (_, index) => `'${index.toString(16).padStart(32, '0')}'`);
    expect(await call('GET', 'model-versions/search', { filter: `run_id IN (${runIds.join(',')})` })).toEqual({ status: 200, body: {} });
  });

  test('webhooks are refused in JSON', async () => {
    const response = await fetch(`${server().url}/api/2.0/mlflow/webhooks`);
    expect([response.status, ((await response.json()) as { error_code: string }).error_code]).toEqual([501, 'NOT_IMPLEMENTED']);
  });
});
