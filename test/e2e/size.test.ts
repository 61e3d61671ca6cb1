import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

test('the built shell is at most 200 kB of compressed script and every page a chunk of its own', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, '../../tools/web-size.ts')], {
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(stdout).toContain('models/model-page.tsx');
  expect(status).toBe(0);
});
