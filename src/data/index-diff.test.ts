import { expect, test } from 'vitest';
import type { DataIndex } from './data-index.ts';
import { compareIndexes } from './index-diff.ts';

const index = (files: Readonly<Record<string, string>>, unknown: readonly string[] = []): DataIndex => ({
  entries: new Map(
    Object.entries(files).map(([path, value]) => [path, { path, hash: { algorithm: 'md5', value }, isDirectory: value.endsWith('.dir') }]),
  ),
  unknown,
});

const summary = (old: DataIndex, now: DataIndex): string[] =>
  compareIndexes(old, now).map((change) => `${change.kind} ${change.old?.path ?? ''}>${change.new?.path ?? ''}`);

test('what came with the hash of what went is a rename; the rest is added, modified or deleted', () => {
  expect(summary(index({ a: '1', b: '2', c: '3', same: '4' }), index({ b: '22', d: '1', e: '5', same: '4' }))).toEqual([
    'modified b>b',
    'unchanged same>same',
    'renamed a>d',
    'added >e',
    'deleted c>',
  ]);
});

test('of a folder whose list is lost nothing is claimed', () => {
  expect(summary(index({ d: 'x.dir' }, ['d']), index({ d: 'y.dir', 'd/f': '1' }))).toEqual(['modified d>d', 'unknown >d/f']);
});
