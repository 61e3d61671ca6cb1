/** Writes the generated pages of `docs/reference/`; with `--check` it says which are stale instead, and fails. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { referencePages } from './reference-pages.ts';

const root = join(import.meta.dirname, '..');
const check = process.argv.includes('--check');
const stale: string[] = [];

for (const [file, text] of await referencePages()) {
  const path = join(root, file);
  if (existsSync(path) && readFileSync(path, 'utf8') === text) continue;
  stale.push(file);
  if (check) continue;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
if (check && stale.length > 0) {
  console.error(`stale: ${stale.join(', ')}: run \`npm run docs\``);
  process.exitCode = 1;
} else console.log(stale.length === 0 ? 'the reference pages are up to date' : `wrote ${stale.join(', ')}`);
