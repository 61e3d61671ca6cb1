/** The fast gate: format, lint, types, import rules, dead code, unit tests. Every step runs; all failures are shown. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const bin = (name: string): string => join(root, 'node_modules/.bin', name);

const steps: readonly (readonly [string, readonly string[]])[] = [
  ['format', [bin('oxfmt'), '--check', 'src', 'sdk', 'web', 'test', 'tools', 'bench', 'vitest.config.ts']],
  ['lint', [bin('oxlint'), '--type-aware', '--deny-warnings']],
  ['types', [process.execPath, join(root, 'node_modules/typescript7/bin/tsc'), '-p', '.']],
  ['types of the pages', [process.execPath, join(root, 'node_modules/typescript7/bin/tsc'), '-p', 'web']],
  ['import rules', [process.execPath, join(root, 'tools/check-imports.ts')]],
  ['dead code', [bin('knip'), '--no-progress']],
  ['reference pages', [process.execPath, join(root, 'tools/docs.ts'), '--check']],
  ['unit tests', [bin('vitest'), 'run', '--project', 'unit']],
];

const failed: string[] = [];
for (const [name, [command, ...args]] of steps) {
  const began = performance.now();
  const { status, stdout, stderr } = spawnSync(command!, args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    env: { ...process.env, NO_COLOR: '1' },
  });
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`);
  if (status === 0) continue;
  failed.push(name);
  console.log(`${stdout}${stderr}`.trimEnd());
}
if (failed.length > 0) {
  console.error(`make check failed: ${failed.join(', ')}`);
  process.exitCode = 1;
}
