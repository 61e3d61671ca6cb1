import { describe, expect, test } from 'vitest';
import { artifactKey, artifactPathOf, checkArtifactPath } from './artifact-path.ts';

describe('an artifact path', () => {
  test.each([
    ['0/abc/artifacts/model/MLmodel', '0/abc/artifacts/model/MLmodel'],
    ['a//b/./c/', 'a/b/c'],
    ['', ''],
    ['100%.txt', '100%.txt'],
    ['a%20b', 'a%20b'],
    ['ü/電.bin', 'ü/電.bin'],
    ['..a/b..', '..a/b..'],
  ])('%j is %j', (path, checked) => {
    expect(checkArtifactPath(path)).toBe(checked);
  });

  test.each([
    '..',
    'a/../b',
    '../a',
    '/etc/passwd',
    '//host/a',
    'C:/a',
    'file:///etc/passwd',
    'a\\..\\b',
    'a\0b',
    'a\nb',
    'a#b',
    '%2e%2e/a',
    'a/%2e%2e%2fb',
    '%252e%252e/a',
    '%2fetc',
    'a%00b',
    'a%5c..%5cb',
    '%25252525252e',
  ])('%j is refused', (path) => {
    expect(() => checkArtifactPath(path)).toThrow(/^Invalid path/);
  });

  test('becomes a key below its workspace', () => {
    expect(artifactKey({ workspaceId: 7 }, 'a/b')).toBe('7/artifacts/a/b');
  });

  test('is taken out of URIs of this server only', () => {
    expect(artifactPathOf('mlflow-artifacts:/0/x')).toBe('0/x');
    for (const uri of ['mlflow-artifacts://host/0/x', 's3://bucket/x', 'runs:/x', '/x']) expect(artifactPathOf(uri)).toBeUndefined();
  });
});
