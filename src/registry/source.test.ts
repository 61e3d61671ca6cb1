import { describe, expect, test } from 'vitest';
import { parseSource } from './source.ts';

const run = 'f'.repeat(32);

describe('a source of a model version', () => {
  test.each([
    ['models:/m-1', { kind: 'logged model', modelId: 'm-1' }],
    ['models:/load/3', { kind: 'model version', name: 'load', reference: { kind: 'version', version: '3' } }],
    ['models:/load@champion', { kind: 'model version', name: 'load', reference: { kind: 'alias', alias: 'champion' } }],
    ['models:/load/Production', { kind: 'model version', name: 'load', reference: { kind: 'stage', stage: 'Production' } }],
    ['models:/load/latest', { kind: 'model version', name: 'load', reference: { kind: 'alias', alias: 'latest' } }],
    [`runs:/${run}/model`, { kind: 'run', runId: run, path: 'model' }],
    [`mlflow-artifacts:/0/${run}/artifacts/model`, { kind: 'artifacts' }],
    ['http://h/api/2.0/mlflow-artifacts/artifacts/0/x', { kind: 'artifacts' }],
    ['s3://bucket/models/x', { kind: 'remote' }],
  ])('%s is read', (source, parsed) => {
    expect(parseSource(source)).toEqual(parsed);
  });

  test.each([
    '/etc/passwd',
    'etc/passwd',
    'file:///etc/passwd',
    'FILE:/etc/passwd',
    'file:etc/passwd',
    'C:/windows',
    'sqlite:///x.db',
    's3:bucket/x',
    'models://profile/load/3',
    'models:/',
    'models:/a/b/c',
    'runs://host/x/y',
    'mlflow-artifacts:/0/../../etc',
    'mlflow-artifacts:/0/%2e%2e/x',
    'mlflow-artifacts:/0/%252e%252e/x',
    'mlflow-artifacts:/0/..%2fx',
    's3://bucket/a/../b',
    's3://bucket/a%00b',
    's3://bucket/a\\..\\b',
    '%25252525252525252e',
  ])('%s is refused', (source) => {
    expect(() => parseSource(source)).toThrow(/^Invalid model version source: /);
  });
});
