import { expect, test } from 'vitest';
import type { Dataset } from '../../../../src/api/datasets.ts';
import { showDatasets } from './show-datasets.ts';

const dataset = (path: string, more: Partial<Dataset>): Dataset => ({
  project: 'energy',
  path,
  kind: 'output',
  hash: '0',
  algorithm: 'md5',
  sizeBytes: null,
  files: null,
  versions: 1,
  seenAt: 0,
  readBy: [],
  writtenBy: null,
  ...more,
});

test('datasets are found by path or stage and ordered by size, unknown sizes last', () => {
  const all = [
    dataset('a.csv', { sizeBytes: 10 }),
    dataset('b.csv', { sizeBytes: 9, readBy: ['train'] }),
    dataset('c', { readBy: ['train'] }),
  ];
  expect(showDatasets(all, { filter: 'TRAIN', column: 'size', descending: true }).map(({ path }) => path)).toEqual(['b.csv', 'c']);
  expect(showDatasets(all, { filter: '', column: 'size', descending: false }).map(({ path }) => path)).toEqual(['c', 'b.csv', 'a.csv']);
});
