import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { createCall, millwrightApi } from '../../sdk/src/index.ts';
import { describeOnBothDatabases } from '../support/both-databases.ts';
import { mlflowClient } from '../support/mlflow-client.ts';
import { recordRun } from '../support/recorded-run.ts';

const expression = 'candidate.rmse < naive.rmse && (!champion.exists || candidate.rmse < champion.rmse)';

/** What DVC calls the folder of these files. */
function digestOf(files: Readonly<Record<string, string>>): string {
  const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
  const entries = Object.keys(files).toSorted();
  return md5(`[${entries.map((path) => `{"md5": "${md5(files[path]!)}", "relpath": "${path}"}`).join(', ')}]`);
}

describeOnBothDatabases('a gate', (server) => {
  const { call, must } = mlflowClient(server);
  const asAdmin = mlflowClient(server, () => server().token);
  const api = (token?: string) => millwrightApi(createCall({ url: server().url, ...(token === undefined ? {} : { token }) }));
  const admin = () => api(server().token);
  let count = 0;

  const gateOf = (model: string, gate = expression) => ({
    model,
    protects: ['champion', 'Production'],
    gate,
    evidence: { stage: 'evaluate', file: `metrics/${model}.json` },
  });

  /** A registered model with a gate. */
  async function gated(): Promise<string> {
    const name = `gated-${(count += 1)}`;
    await must('POST', 'registered-models/create', { name });
    await recordRun(server(), { project: name, gates: [gateOf(name)] });
    return name;
  }

  /** A version whose folder holds these files. @returns its number, its digest and the folder */
  async function version(name: string, files: Readonly<Record<string, string>>) {
    const { run } = await must<{ run: { info: { run_id: string } } }>('POST', 'runs/create', { experiment_id: '0' });
    const folder = `0/${run.info.run_id}/artifacts/model`;
    for (const [path, body] of Object.entries(files)) expect((await upload(`${folder}/${path}`, body)).status).toBe(200);
    const request = { name, source: `mlflow-artifacts:/${folder}`, run_id: run.info.run_id };
    const made = await must<{ model_version: { version: string } }>('POST', 'model-versions/create', request);
    return { number: made.model_version.version, digest: digestOf(files), folder };
  }
  const upload = (path: string, body: string): Promise<Response> =>
    fetch(`${server().url}/api/2.0/mlflow-artifacts/artifacts/${path}`, { method: 'PUT', body });

  const evaluate = (name: string, evidence: object | string) =>
    recordRun(server(), {
      project: name,
      gates: [gateOf(name)],
      evidence: typeof evidence === 'string' ? evidence : JSON.stringify(evidence),
    });
  const scores = (digest: string, rmse: number, champion: object = { exists: false }) => ({
    candidate: { digest, rmse },
    champion,
    naive: { rmse: 558 },
  });
  const setAlias = (name: string, number: string, alias = 'champion') =>
    call('POST', 'registered-models/alias', { name, alias, version: number });
  const setStage = (name: string, number: string, stage: string, archive = false) =>
    call('POST', 'model-versions/transition-stage', { name, version: number, stage, archive_existing_versions: archive });
  const holder = async (name: string, alias = 'champion'): Promise<string | undefined> => {
    const found = await call<{ model_version?: { version: string } }>('GET', 'registered-models/alias', { name, alias });
    return found.body.model_version?.version;
  };
  /** A gated model whose version 1, with RMSE 300, is champion. */
  async function withChampion() {
    const name = await gated();
    const first = await version(name, { MLmodel: `first of ${name}` });
    await evaluate(name, scores(first.digest, 300));
    expect(await setAlias(name, first.number)).toEqual({ status: 200, body: {} });
    return { name, first };
  }

  test('lets the alias move to the very bytes that won, and keeps the evidence with the decision', async () => {
    const { name, first } = await withChampion();
    const second = await version(name, { MLmodel: 'second', 'data/model.bin': '2' });
    const evidence = scores(`${second.digest}.dir`, 281, { digest: first.digest, rmse: 300 });
    const { stageRun } = await evaluate(name, evidence);
    expect(await setAlias(name, second.number)).toEqual({ status: 200, body: {} });
    expect(await holder(name)).toBe('2');
    const [decision] = (await admin().decisions(name, {})).items;
    expect(decision).toMatchObject({
      target: { kind: 'alias', name: 'champion' },
      version: 2,
      previousVersion: 1,
      outcome: 'moved',
      basis: 'gate',
      expression,
      digest: second.digest,
      evidence: { stageRunId: stageRun.id, file: `metrics/${name}.json`, content: JSON.stringify(evidence) },
      clauses: [
        { clause: 'candidate.rmse < naive.rmse', passed: true, values: { 'candidate.rmse': 281, 'naive.rmse': 558 } },
        { clause: '!champion.exists || candidate.rmse < champion.rmse', passed: true },
      ],
    });
    expect(decision!.evidence!.sha256).toBe(createHash('sha256').update(JSON.stringify(evidence)).digest('hex'));
    const { items: events } = await admin().events(1);
    expect(events[0]).toMatchObject({ kind: 'alias.moved', data: { name, alias: 'champion', version: 2, previousVersion: 1 } });
    const { edges } = await admin().lineage('decision', decision!.id);
    expect(edges.map(({ from, relation }) => [from, relation])).toEqual(
      expect.arrayContaining([
        [`model_version ${name}/2`, 'promoted'],
        [`stage_run ${stageRun.id}`, 'evidence'],
      ]),
    );
  });

  test('refuses with 400 and the clause that failed, and records the refusal', async () => {
    const { name, first } = await withChampion();
    const second = await version(name, { MLmodel: 'worse' });
    await evaluate(name, scores(second.digest, 337, { digest: first.digest, rmse: 300 }));
    const message =
      `the gate of '${name}' (project '${name}') refuses version 2 as alias 'champion': the clause ` +
      '`!champion.exists || candidate.rmse < champion.rmse` is not true (champion.exists = true, candidate.rmse = 337, champion.rmse = 300)';
    expect(await setAlias(name, second.number)).toEqual({ status: 400, body: { error_code: 'INVALID_PARAMETER_VALUE', message } });
    expect(await holder(name)).toBe('1');
    expect((await admin().decisions(name, {})).items[0]).toMatchObject({ outcome: 'refused', basis: 'gate', message, version: 2 });
    expect((await admin().events(1)).items[0]).toMatchObject({ kind: 'gate.refused' });
    const stage = await setStage(name, second.number, 'production');
    expect([stage.status, stage.body.message]).toEqual([400, message.replace("alias 'champion'", "stage 'Production'")]);
  });

  test('refuses without evidence, and with evidence of other bytes, of another champion, or that cannot be read', async () => {
    const { name, first } = await withChampion();
    const second = await version(name, { MLmodel: 'second' });
    const refusals: [object | string, string][] = [
      [scores(first.digest, 1, { digest: first.digest, rmse: 300 }), 'it is not the model that was scored'],
      [scores(second.digest, 281), 'the evidence knows no champion, and version 1 is it now: evaluate again'],
      [scores(second.digest, 281, { digest: 'd'.repeat(32), rmse: 300 }), 'the evidence compares it with another champion'],
      ['{"candidate": {"rmse": NaN}}', 'the evidence is not JSON'],
      [{ naive: {} }, "the evidence has no object 'candidate'"],
    ];
    for (const [evidence, reason] of refusals) {
      await evaluate(name, evidence);
      const reply = await setAlias(name, second.number);
      expect([reply.status, reply.body.message]).toEqual([400, expect.stringContaining(reason)]);
    }
    const fresh = await gated();
    const lone = await version(fresh, { MLmodel: 'x' });
    expect((await setAlias(fresh, lone.number)).body.message).toContain("no recorded run of stage 'evaluate' has handed over");
  });

  test('judges what its own stage wrote, by name or by address, whatever others hand over', async () => {
    const name = await gated();
    const only = await version(name, { MLmodel: 'x' });
    const evidence = JSON.stringify(scores(only.digest, 281));
    const handOver = (stage: string) => recordRun(server(), { project: name, gates: [gateOf(name)], evidence, stage });
    for (const stage of ['train', 'reevaluate', 'evaluate:train']) await handOver(stage);
    expect((await setAlias(name, only.number)).body.message).toContain("no recorded run of stage 'evaluate' has handed over");
    await handOver('sub/dvc.yaml:evaluate');
    expect(await setAlias(name, only.number)).toEqual({ status: 200, body: {} });
  });

  test('believes the bytes, not the tag millwright.digest', async () => {
    const name = await gated();
    const scored = digestOf({ MLmodel: 'the scored one' });
    const other = await version(name, { MLmodel: 'another one' });
    await must('POST', 'model-versions/set-tag', { name, version: other.number, key: 'millwright.digest', value: scored });
    await evaluate(name, scores(scored, 281));
    expect((await setAlias(name, other.number)).body.message).toContain(`the digest of its files is ${other.digest}`);
  });

  test('seals the files of what it judged: they cannot be changed afterwards', async () => {
    const { first } = await withChampion();
    for (const path of ['MLmodel', 'more/file']) {
      const reply = await upload(`${first.folder}/${path}`, 'changed');
      expect([reply.status, ((await reply.json()) as { message: string }).message]).toEqual([
        400,
        expect.stringContaining('a gate has judged'),
      ]);
    }
    const remove = await fetch(`${server().url}/api/2.0/mlflow-artifacts/artifacts/${first.folder}`, { method: 'DELETE' });
    expect(remove.status).toBe(400);
    expect((await upload(`${first.folder}-2/MLmodel`, 'beside it')).status).toBe(200);
  });

  test('answers 200 where the name stands on the version already, and decides nothing', async () => {
    const { name, first } = await withChampion();
    await evaluate(name, scores('e'.repeat(32), 999));
    expect(await setAlias(name, first.number)).toEqual({ status: 200, body: {} });
    expect((await admin().decisions(name, {})).items).toHaveLength(1);
  });

  test('lets the stage follow on the evidence that moved the alias', async () => {
    const { name, first } = await withChampion();
    expect((await setStage(name, first.number, 'Production')).status).toBe(200);
    const second = await version(name, { MLmodel: 'second' });
    await evaluate(name, scores(second.digest, 281, { digest: first.digest, rmse: 300 }));
    expect((await setAlias(name, second.number)).status).toBe(200);
    // The same file again, as a cached stage hands it over.
    await evaluate(name, scores(second.digest, 281, { digest: first.digest, rmse: 300 }));
    expect((await setStage(name, second.number, 'Production', true)).status).toBe(200);
    const { model } = await admin().model(name);
    expect(model.latestVersions.map(({ version: number, stage }) => [number, stage])).toEqual([
      [1, 'Archived'],
      [2, 'Production'],
    ]);
  });

  test('a second protected name is no way around the champion of the first', async () => {
    const { name } = await withChampion();
    const second = await version(name, { MLmodel: 'worse than the champion' });
    await evaluate(name, scores(second.digest, 500));
    expect((await setStage(name, second.number, 'Production')).body.message).toContain(
      'the evidence knows no champion, and version 1 is it now',
    );
  });

  test('is not left by deleting, renaming, archiving or making room', async () => {
    const { name, first } = await withChampion();
    await setStage(name, first.number, 'Production');
    const elsewhere = `free-${(count += 1)}`;
    await must('POST', 'registered-models/create', { name: elsewhere });
    const attempts: [string, Promise<{ status: number }>][] = [
      ['delete the alias', call('DELETE', 'registered-models/alias', { name, alias: 'champion' })],
      ['delete the version', call('DELETE', 'model-versions/delete', { name, version: first.number })],
      ['delete the model', call('DELETE', 'registered-models/delete', { name })],
      ['rename the model', call('POST', 'registered-models/rename', { name, new_name: 'away' })],
      ['leave the stage', setStage(name, first.number, 'Archived')],
      ['as administrator', asAdmin.call('DELETE', 'registered-models/alias', { name, alias: 'champion' })],
    ];
    for (const [what, attempt] of attempts) expect([what, (await attempt).status]).toEqual([what, 400]);
    await recordRun(server(), { project: 'elsewhere', gates: [gateOf('wanted')] });
    expect((await call('POST', 'registered-models/rename', { name: elsewhere, new_name: 'wanted' })).status).toBe(400);
    expect(await holder(name)).toBe('1');
  });

  test('is passed by an administrator with a reason, which is the evidence then', async () => {
    const { name } = await withChampion();
    const second = await version(name, { MLmodel: 'urgent' });
    const target = { kind: 'alias', name: 'champion' } as const;
    const override = { reason: 'the first one predicts nonsense since the reform' };
    const body = { target, version: Number(second.number), override };
    await expect(api().promote(name, body)).rejects.toMatchObject({ status: 403, code: 'PERMISSION_DENIED' });
    const { token: editor } = await admin().createToken({ name: 'ed', role: 'editor' });
    await expect(api(editor).promote(name, body)).rejects.toMatchObject({ status: 403, code: 'PERMISSION_DENIED' });
    await expect(admin().promote(name, { ...body, override: undefined } as never)).rejects.toMatchObject({ code: 'GATE_REFUSED' });
    expect(await admin().promote(name, body)).toEqual({ version: 2 });
    expect((await admin().decisions(name, {})).items[0]).toMatchObject({
      outcome: 'moved',
      basis: 'override',
      message: override.reason,
      version: 2,
      previousVersion: 1,
    });
    await expect(api().rollBack(name, { target, reason: 'no' })).rejects.toMatchObject({ status: 403 });
    expect(await admin().rollBack(name, { target, reason: 'it was the data' })).toEqual({ version: 1 });
    expect(await admin().promote(name, { target, version: null, override: { reason: 'retired' } })).toEqual({ version: null });
    expect(await holder(name)).toBeUndefined();
  });

  test('of two promotions at once against one champion, one is let through', async () => {
    const { name, first } = await withChampion();
    const second = await version(name, { MLmodel: 'second' });
    await evaluate(name, scores(second.digest, 281, { digest: first.digest, rmse: 300 }));
    const replies = await Promise.all([
      setAlias(name, second.number),
      setAlias(name, second.number),
      setStage(name, second.number, 'Production'),
    ]);
    expect(replies.map((reply) => reply.status)).toEqual([200, 200, 200]);
    const moves = (await admin().decisions(name, {})).items.filter(
      (decision) => decision.version === 2 && decision.target.kind === 'alias',
    );
    expect(moves.map((decision) => decision.outcome)).toEqual(['moved']);
    const third = await version(name, { MLmodel: 'third' });
    expect((await setAlias(name, third.number)).status).toBe(400);
  });

  test('guards only what it protects; the rest moves freely and is noted', async () => {
    const { name } = await withChampion();
    const second = await version(name, { MLmodel: 'free' });
    expect((await setAlias(name, second.number, 'candidate')).status).toBe(200);
    expect((await setStage(name, second.number, 'Staging')).status).toBe(200);
    expect((await setAlias(name, '1', 'candidate')).status).toBe(200);
    expect((await admin().decisions(name, {})).items.slice(0, 3).map(({ basis, target }) => [basis, target.name])).toEqual([
      ['no gate', 'candidate'],
      ['no gate', 'Staging'],
      ['no gate', 'candidate'],
    ]);
    const { model } = await api().model(name);
    expect(model.gate).toEqual({
      project: name,
      expression,
      protects: ['champion', 'Production'],
      evidence: { stage: 'evaluate', file: `metrics/${name}.json` },
    });
  });

  test('goes when its project declares it no more', async () => {
    const { name } = await withChampion();
    await recordRun(server(), { project: name, gates: [] });
    const second = await version(name, { MLmodel: 'free now' });
    expect((await setAlias(name, second.number)).status).toBe(200);
    expect((await admin().decisions(name, {})).items[0]).toMatchObject({ basis: 'no gate', version: 2 });
    const told = (await admin().events(100)).items.find(({ kind }) => kind === 'gate.removed');
    expect(told).toMatchObject({ subjectId: `${name}/0`, data: { project: name, models: name } });
  });

  test('does not take a gate that does not compile, nor a run that declares one', async () => {
    await expect(recordRun(server(), { project: 'bad', gates: [gateOf('bad', 'candidate.rmse < < 5')] })).rejects.toMatchObject({
      status: 400,
      message: expect.stringContaining('mend it in millwright.yaml'),
    });
  });
});
