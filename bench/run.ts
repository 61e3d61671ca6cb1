/** Runs every benchmark of this folder, one after the other; each prints its figures beside its peer's. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const own = import.meta.filename;
const scripts = readdirSync(import.meta.dirname)
  .filter((name) => name.endsWith('.ts'))
  .map((name) => join(import.meta.dirname, name))
  .filter((path) => path !== own);

const failed: string[] = [];
for (const script of scripts.toSorted()) {
  console.log(`\n== ${script.slice(import.meta.dirname.length + 1)}`);
  const { status } = spawnSync(process.execPath, [script], { stdio: 'inherit' });
  if (status !== 0) failed.push(script);
}
if (failed.length > 0) {
  console.error(`benchmarks that failed: ${failed.join(', ')}`);
  process.exitCode = 1;
}
