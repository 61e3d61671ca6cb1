import { expect, test } from 'vitest';
import type { Mapping } from '../formats/dvc/value.ts';
import { parseYaml } from '../formats/dvc/yaml.ts';
import { runKey } from './run-cache.ts';

const entry = `cmd: cat a > b
deps:
- path: a
  hash: md5
  md5: b026324c6904b2a9cb4b88d6d61c81d1
  size: 2
outs:
- path: b
  hash: md5
  md5: OUT
  size: 2
`;
const key = (text: string): string => runKey(parseYaml(text, 'x') as Mapping);

test('the key is the one under which DVC keeps the run, whatever the outputs and sizes were', () => {
  expect(key(entry.replace('OUT', 'b026324c6904b2a9cb4b88d6d61c81d1'))).toBe(
    'c70b7d4a7e2729c8bbc3054aeb457b4c55a9d2cef844b3f1a789b5534a01008b',
  );
  expect(key(entry.replace('OUT', 'other').replaceAll('size: 2', 'size: 3'))).toBe(
    'c70b7d4a7e2729c8bbc3054aeb457b4c55a9d2cef844b3f1a789b5534a01008b',
  );
});
