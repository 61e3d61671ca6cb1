import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkout, testProgram } from '../support/test-env.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'new-'));
});
afterEach(() => {
  for (const made of [folder, `${folder}-cache`]) rmSync(made, { recursive: true, force: true });
});

function millwright(cwd: string, ...words: string[]): { status: number | null; stdout: string; stderr: string } {
  const env = {
    PATH: [dirname(testProgram('python')), process.env['PATH']].join(delimiter),
    HOME: folder,
    XDG_CACHE_HOME: `${folder}-cache`,
    // Runs are kept in the project itself: this is about the project, not about the server.
    MLFLOW_TRACKING_URI: `sqlite:///${join(folder, 'mlflow.db')}`,
  };
  return spawnSync(join(checkout, 'bin/millwright'), words, { cwd, env, encoding: 'utf8' });
}

test('new makes a project that runs at once and does nothing the second time', () => {
  expect(millwright(folder, 'new', 'rides')).toMatchObject({ status: 0, stderr: '', stdout: expect.stringContaining('cd rides\n') });
  const project = join(folder, 'rides');
  // What the last of its next steps leads to.
  expect(readFileSync(join(project, 'README.md'), 'utf8')).toContain('curl -i http://127.0.0.1:5000/endpoints/rides/invocations ');
  expect(readdirSync(project).toSorted()).toEqual(
    [
      '.dvc',
      '.dvcignore',
      '.git',
      '.gitignore',
      'README.md',
      'dvc.yaml',
      'millwright.yaml',
      'params.yaml',
      'requirements.txt',
      'src',
    ].toSorted(),
  );
  expect(readFileSync(join(project, 'millwright.yaml'), 'utf8')).toContain('project: "rides"\n');
  expect(readFileSync(join(project, 'millwright.yaml'), 'utf8')).toContain('  "rides":\n    model: "models:/rides@champion"\n');
  expect(readFileSync(join(project, '.dvc/.gitignore'), 'utf8')).toBe('/config.local\n/tmp\n/cache\n');

  const first = millwright(project, 'repro');
  expect(first, first.stderr).toMatchObject({ status: 0 });
  const scores = JSON.parse(readFileSync(join(project, 'metrics/evaluation.json'), 'utf8')) as Record<string, { rmse: number }>;
  expect(scores['candidate']!.rmse).toBeLessThan(scores['naive']!.rmse);
  expect(first.stdout).toContain('rides version 1 is the champion\n');
  expect(millwright(project, 'repro')).toMatchObject({
    status: 0,
    stdout: expect.stringContaining('Data and pipelines are up to date.\n'),
  });
});

test('new names the endpoint of a project whose name no address takes', () => {
  millwright(folder, 'new', 'größe');
  expect(readFileSync(join(folder, 'größe/millwright.yaml'), 'utf8')).toContain('  "model":\n    model: "models:/größe@champion"\n');
});

test('new leaves a folder that is there alone', () => {
  millwright(folder, 'new', 'rides');
  rmSync(join(folder, 'rides/README.md'));
  const again = millwright(folder, 'new', 'rides');
  expect(again).toMatchObject({ status: 65, stdout: '', stderr: expect.stringContaining(`'${join(folder, 'rides')}' is there`) });
  expect(readdirSync(join(folder, 'rides'))).not.toContain('README.md');
});

test.each(['../rides', '.rides', 'a/b', '', 'x"y'])('new refuses the name %j', (name) => {
  expect(millwright(folder, 'new', name)).toMatchObject({ status: 64, stderr: expect.stringContaining('is no name for a project') });
  expect(readdirSync(folder)).toEqual([]);
});

test('new answers in JSON where it is asked to', () => {
  const answer = millwright(folder, 'new', 'rides', '--json');
  expect(JSON.parse(answer.stdout)).toEqual({ name: 'rides', folder: join(folder, 'rides') });
});
