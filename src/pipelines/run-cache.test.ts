import { mkdtempSync, readdirSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Repository } from '../data/repository.ts';
import type { Mapping } from '../formats/dvc/value.ts';
import { parseYaml } from '../formats/dvc/yaml.ts';
import { findRun, keepRun, runKey } from './run-cache.ts';

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

test('an entry that a power cut left empty counts as none, and is kept anew', () => {
  const cacheDir = mkdtempSync(join(tmpdir(), 'run-cache-'));
  onTestFinished(() => rmSync(cacheDir, { recursive: true }));
  const warnings: string[] = [];
  const repository = { cacheDir, effects: { warn: (message: string) => warnings.push(message) } } as unknown as Repository;
  const run = parseYaml(entry, 'x') as Mapping;
  keepRun(repository, run);
  const [file] = readdirSync(cacheDir, { recursive: true, withFileTypes: true }).filter((found) => found.isFile());
  truncateSync(join(file!.parentPath, file!.name));
  expect(findRun(repository, run)).toBeUndefined();
  keepRun(repository, run);
  expect(findRun(repository, run)).toEqual(run);
  expect(warnings).toEqual([]);
});
