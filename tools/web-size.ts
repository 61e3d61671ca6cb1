/** What the pages cost: the shell is at most 200 kB of compressed script, and each page a chunk of its own. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const shellLimit = 200_000;
const root = join(import.meta.dirname, '../dist/web');

interface Chunk {
  readonly file: string;
  readonly imports?: readonly string[];
  readonly isEntry?: boolean;
  readonly isDynamicEntry?: boolean;
}

const manifest = JSON.parse(readFileSync(join(root, '.vite/manifest.json'), 'utf8')) as Record<string, Chunk>;

/** A chunk with all that it needs before it runs. */
function filesOf(name: string, found = new Set<string>()): Set<string> {
  const chunk = manifest[name];
  if (chunk === undefined || found.has(chunk.file)) return found;
  found.add(chunk.file);
  for (const needed of chunk.imports ?? []) filesOf(needed, found);
  return found;
}

const compressedBytes = (files: Iterable<string>): number =>
  [...files].reduce((sum, file) => sum + gzipSync(readFileSync(join(root, file))).length, 0);

const entry = Object.keys(manifest).find((name) => manifest[name]?.isEntry === true);
if (entry === undefined) throw new Error('dist/web holds no entry: run `node tools/build.ts`');
const shell = filesOf(entry);
const shellBytes = compressedBytes(shell);
const pages = Object.keys(manifest).filter((name) => manifest[name]?.isDynamicEntry === true);
const inShell = pages.filter((name) => shell.has(manifest[name]?.file ?? ''));

console.log(`shell ${(shellBytes / 1000).toFixed(1)} kB of compressed script (limit ${shellLimit / 1000})`);
for (const name of pages) {
  const own = [...filesOf(name)].filter((file) => !shell.has(file));
  console.log(`  ${name.replace('src/features/', '')} ${(compressedBytes(own) / 1000).toFixed(1)} kB more`);
}
if (shellBytes > shellLimit || pages.length < 8 || inShell.length > 0) {
  console.error(
    `the pages are too heavy: shell ${shellBytes} bytes, ${pages.length} page chunks, in the shell: ${inShell.join(', ') || 'none'}`,
  );
  process.exitCode = 1;
}
