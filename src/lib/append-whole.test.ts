import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { appendWhole } from './append-whole.ts';

test('text is appended, to a new file and to one that is there', () => {
  const folder = mkdtempSync(join(tmpdir(), 'append-'));
  try {
    const file = join(folder, 'file');
    appendWhole(file, '/out\n');
    appendWhole(file, '/größe\n');
    expect(readFileSync(file, 'utf8')).toBe('/out\n/größe\n');
    expect(() => appendWhole(join(folder, 'none/file'), 'x')).toThrow(/ENOENT/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
