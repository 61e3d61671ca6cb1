/** The commands that ask a server, as a person at a shell meets them: `runs`, `lineage`, `tokens`, `url`. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCall, millwrightApi } from '../../sdk/src/index.ts';
import { millwright, type Ended } from '../support/command.ts';
import { recordRun, stageEnd } from '../support/recorded-run.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let home: string;
let server: TestServer;
let run: string;
let stageRun: string;
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'cli-remote-'));
  server = await startTestServer();
  const recorded = await recordRun(server, { project: 'load', gates: [] });
  run = recorded.pipelineRun.id;
  stageRun = recorded.stageRun.id;
});
afterAll(async () => {
  await server.stop();
  rmSync(home, { recursive: true, force: true });
});

const asNobody = (...words: string[]): Promise<Ended> => millwright(home, { MILLWRIGHT_URL: server.url }, ...words);
const asOwner = (...words: string[]): Promise<Ended> =>
  millwright(home, { MILLWRIGHT_URL: server.url, MILLWRIGHT_TOKEN: server.token }, ...words);
const said = (stdout: string): Ended => ({ status: 0, stdout, stderr: '' });
const refused = (status: number, message: string): Ended => ({ status, stdout: '', stderr: `millwright: ${message}\n` });

describe('runs', () => {
  test('list shows each run on a line, of one project where asked for, and as JSON', async () => {
    const { stdout } = await asNobody('runs', 'list');
    const [header, line, ...rest] = stdout.split('\n');
    expect([header, rest]).toEqual([expect.stringMatching(/^ID +RUN +STATE +STARTED +TOOK +CAUSE$/), ['']]);
    expect(line).toMatch(new RegExp(`^${run}  .+  succeeded  \\d+ s ago +\\d.* m?s +test$`));
    expect(JSON.parse((await asNobody('runs', 'list', '--project', 'load', '--json')).stdout)).toMatchObject([
      { id: run, project: 'load' },
    ]);
    expect(await asNobody('runs', 'list', '--project', 'other', '--json')).toEqual(said('[]\n'));
  });

  test('show tells of a run and its stages, also as JSON', async () => {
    const { status, stdout } = await asNobody('runs', 'show', run);
    const [title, header, stage] = stdout.split('\n');
    expect([status, title]).toEqual([0, expect.stringMatching(/: succeeded, .+, started by owner \(test\)$/)]);
    expect(header).toMatch(/^STAGE +STATE +TOOK +CPU +MEMORY +RUNS$/);
    expect(stage).toMatch(/^evaluate +succeeded +\d[\d.]* m?s$/);
    const detail = JSON.parse((await asNobody('runs', 'show', run, '--json')).stdout) as unknown;
    expect(detail).toMatchObject({ run: { id: run, state: 'succeeded' }, stages: [{ stage: 'evaluate', state: 'succeeded' }] });
  });

  test('log prints what a stage printed, and follows one that runs until it has ended', async () => {
    const api = millwrightApi(createCall({ url: server.url, token: server.token }));
    const stages = [{ name: 'train', command: 'true', after: [] }];
    const { id } = await api.beginPipelineRun({ project: 'logs', cause: 'test', stages, gates: [], data: [] });
    await api.beginStageRun(id, { stage: 'train' });
    await api.appendLog(id, 'train', { text: 'first ü\n' });
    const following = asNobody('runs', 'log', id, 'train');
    await api.appendLog(id, 'train', { text: 'second\n' });
    await api.endStageRun(id, 'train', stageEnd());
    await api.endPipelineRun(id, { outcome: 'succeeded' });
    expect(await following).toEqual(said('first ü\nsecond\n'));
  });

  test('show gives the reason why a stage failed, in the words of the engine', async () => {
    const api = millwrightApi(createCall({ url: server.url, token: server.token }));
    const stages = [{ name: 'train', command: 'true', after: [] }];
    const { id } = await api.beginPipelineRun({ project: 'failing', cause: 'test', stages, gates: [], data: [] });
    await api.beginStageRun(id, { stage: 'train' });
    const message = "output 'model' does not exist";
    await api.endStageRun(id, 'train', stageEnd({ outcome: 'failed', message }));
    await api.endPipelineRun(id, { outcome: 'failed' });
    expect((await api.pipelineRun(id)).stages).toMatchObject([{ stage: 'train', state: 'failed', exitCode: 0, message }]);
    expect((await asNobody('runs', 'show', id)).stdout).toContain(
      `\ntrain failed: ${message}\nwhat it printed: millwright runs log ${id} train\n`,
    );
  });

  test('compare tells stage by stage what differs, also as JSON', async () => {
    const api = millwrightApi(createCall({ url: server.url, token: server.token }));
    const begin = async (trees: number, hash: string, outcome: 'succeeded' | 'failed'): Promise<string> => {
      const stages = [{ name: 'train', command: 'python train.py', after: [] }];
      const { id } = await api.beginPipelineRun({ project: 'compared', cause: `trees ${trees}`, stages, gates: [], data: [] });
      const { token } = await api.beginStageRun(id, { stage: 'train' });
      const asStage = createCall({ url: server.url, token });
      const { run: tracked } = await asStage<{ run: { info: { run_id: string } } }>('POST', '/api/2.0/mlflow/runs/create', {
        body: { experiment_id: '0', run_name: 'forest' },
      });
      const metric = { run_id: tracked.info.run_id, key: 'rmse', value: 400 - trees, timestamp: 1, step: 0 };
      await asStage('POST', '/api/2.0/mlflow/runs/log-metric', { body: metric });
      const params = { 'params.yaml': { trees } };
      const deps = [{ path: 'data.csv', algorithm: 'md5', hash }];
      await api.endStageRun(id, 'train', stageEnd({ outcome, startedAt: 1_000, endedAt: 3_500, params, deps }));
      await api.endPipelineRun(id, { outcome });
      return id;
    };
    const from = await begin(100, 'a'.repeat(32), 'succeeded');
    const to = await begin(200, 'b'.repeat(32), 'failed');
    const { status, stdout, stderr } = await asNobody('runs', 'compare', from, to);
    const [about, commit, cause, ...tables] = stdout.split('\n');
    expect([status, stderr, commit, cause]).toEqual([0, '', 'commit: no commit', 'cause: trees 100 -> trees 200']);
    expect(about).toMatch(/^compared #1 \(succeeded, .+\) -> compared #2 \(failed, .+\)$/);
    expect(tables.map((line) => line.replaceAll(/ {2,}/g, ' | '))).toEqual([
      '',
      'STAGE | CHANGE | STATE | TOOK | BECAUSE',
      'train | modified | succeeded -> failed | 2.5 s | param trees, input data.csv',
      '',
      'STAGE | PARAM | WAS | IS',
      'train | trees | 100 | 200',
      '',
      'STAGE | DATA | FILE | WAS | IS',
      `train | input | data.csv | ${'a'.repeat(32)} | ${'b'.repeat(32)}`,
      '',
      'STAGE | RUN | METRIC | WAS | IS | DIFFERENCE',
      'train | forest | rmse | 300 | 200 | -100',
      '',
    ]);
    const compared = JSON.parse((await asNobody('runs', 'compare', from, to, '--json')).stdout) as unknown;
    expect(compared).toMatchObject({ from: { id: from }, to: { id: to }, stages: [{ stage: 'train', kind: 'modified' }] });
    expect(await asNobody('runs', 'compare', from, 'nothing')).toEqual(refused(66, `no pipeline run with id 'nothing'`));
    expect(await asNobody('runs', 'compare', from, run)).toEqual(
      refused(65, `pipeline run '${from}' is of project 'compared' and '${run}' of 'load': choose two runs of one project`),
    );
  });

  test('refuses what is not there (66) and a limit that is no number (64)', async () => {
    expect(await asNobody('runs', 'show', 'nothing')).toEqual(refused(66, `no pipeline run with id 'nothing'`));
    expect(await asNobody('runs', 'log', run, 'nothing')).toEqual(refused(66, `pipeline run '${run}' has no stage 'nothing'`));
    const wrong = await asNobody('runs', 'list', '--limit', 'many');
    expect(wrong).toMatchObject({ status: 64, stdout: '' });
    expect(wrong.stderr).toContain(`option '--limit <number>' argument 'many' is invalid. It must be a whole number, 1 or more.`);
  });
});

describe('lineage', () => {
  test('shows what an object led to, as a tree and as JSON', async () => {
    const { status, stdout } = await asNobody('lineage', `pipeline-run:${run}`);
    expect([status, stdout]).toEqual([0, expect.stringMatching(new RegExp(`^pipeline run .*\\n[^]*stage run [^\\n]*\\(${stageRun}\\)`))]);
    const graph = JSON.parse((await asNobody('lineage', `pipeline-run:${run}`, '--json')).stdout) as unknown;
    expect(graph).toMatchObject({ root: { kind: 'pipeline_run', id: run }, truncated: false });
  });

  test('ends with 66 where nothing is known, as text and as JSON, also for what is no object of any kind', async () => {
    expect(await asNobody('lineage', 'models:/nothing/1')).toEqual(refused(66, 'nothing is known of models:/nothing/1 here'));
    const failed = await asNobody('lineage', 'models:/nothing/1', '--json');
    expect([failed.status, failed.stdout, JSON.parse(failed.stderr)]).toEqual([
      66,
      '',
      { error: { code: 'RESOURCE_DOES_NOT_EXIST', message: 'nothing is known of models:/nothing/1 here' } },
    ]);
    const wrong = await asNobody('lineage', 'commit:abc');
    expect([wrong.status, wrong.stderr]).toEqual([66, expect.stringMatching(/^millwright: .*commit:abc/)]);
  });
});

describe('tokens', () => {
  test('one is made, works with its role, is listed without its secret, and ends at once', async () => {
    const made = await asOwner('tokens', 'create', '--name', 'laptop', '--role', 'viewer', '--days', '3');
    expect([made.status, made.stdout, made.stderr]).toEqual([
      0,
      expect.stringMatching(/^mw_[\w-]+\n$/),
      expect.stringContaining('it is not shown again'),
    ]);
    const secret = made.stdout.trim();
    const asLaptop = (...words: string[]) => millwright(home, { MILLWRIGHT_URL: server.url, MILLWRIGHT_TOKEN: secret }, ...words);
    expect(await asLaptop('runs', 'list')).toMatchObject({ status: 0, stderr: '' });
    expect(await asLaptop('tokens', 'list')).toMatchObject({ status: 77, stdout: '' });

    const { stdout } = await asOwner('tokens', 'list');
    expect(stdout).not.toContain(secret);
    const id = /^(\S+) +laptop +viewer +\d+ s ago +ends in 3 d$/m.exec(stdout)?.[1] ?? 'not listed';
    expect(await asOwner('tokens', 'revoke', id)).toEqual(said(`Revoked ${id}\n`));
    expect(await asLaptop('runs', 'list')).toMatchObject({ status: 77, stdout: '' });
    expect((await asOwner('tokens', 'list')).stdout).toMatch(new RegExp(`^${id} +laptop +viewer .*revoked$`, 'm'));
    expect(await asOwner('tokens', 'revoke', id)).toEqual(refused(66, `no active token with id '${id}': see \`millwright tokens list\``));
  });

  test('as JSON: its id and secret', async () => {
    const { stdout } = await asOwner('tokens', 'create', '--name', 'ci', '--json');
    const { id, token } = JSON.parse(stdout) as { id: string; token: string };
    expect(token).toMatch(/^mw_/);
    const listed = JSON.parse((await asOwner('tokens', 'list', '--json')).stdout) as { id: string; name: string; role: string }[];
    expect(listed.filter((other) => other.id === id)).toMatchObject([{ name: 'ci', role: 'editor', expiresAt: null, revokedAt: null }]);
  });

  test('refuses who has no right, and what cannot be', async () => {
    for (const words of [['list'], ['create', '--name', 'x'], ['revoke', 'x']]) {
      expect(await asNobody('tokens', ...words)).toMatchObject({ status: 77, stdout: '' });
    }
    expect(await asOwner('tokens', 'create', '--name', 'x', '--role', 'emperor')).toEqual(
      refused(64, `--role is 'emperor': it must be one of admin, editor, viewer`),
    );
    expect(await asOwner('tokens', 'create', '--name', 'x', '--days', '0')).toEqual(
      refused(64, `--days is '0': it must be a whole number from 1 to 3650`),
    );
    expect(await asOwner('tokens', 'create', '--name', 'owner')).toEqual(
      refused(65, `'name' is 'owner', which the server keeps for itself: choose another`),
    );
  });
});

describe('url', () => {
  test('gives an address that signs one browser in, once', async () => {
    const { status, stdout } = await asOwner('url');
    expect([status, stdout]).toEqual([0, expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/\?code=[\w-]{20,}\n$/)]);
    const open = () => fetch(stdout.trim(), { redirect: 'manual' });
    expect((await open()).headers.get('set-cookie')).toMatch(/HttpOnly/);
    expect((await open()).headers.get('set-cookie')).toBeNull();
    const json = JSON.parse((await asOwner('url', '--json')).stdout) as { url: string; login: string };
    expect(json).toEqual({ url: server.url, login: expect.stringMatching(/\?code=[\w-]{20,}$/) });
  });

  test('finds the server by its state where no address is given, and its token with it; refuses nobody else', async () => {
    const { status, stdout } = await millwright(home, { MILLWRIGHT_URL: server.url }, 'url');
    expect([status, stdout]).toEqual([77, '']);
    const own = await startTestServer({ stateDirectory: join(home, 'millwright') });
    const found = await millwright(home, {}, 'url');
    expect(await own.stop()).toBe(0);
    expect(found).toMatchObject({ status: 0, stdout: expect.stringContaining(`${own.url}/?code=`), stderr: '' });
  });
});
