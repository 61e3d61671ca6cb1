/** Bundles the program into dist/ (and the pages into dist/web): the checkout and the installed package run the same files. */
import { copyFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type BuildOptions } from 'esbuild';
import { builtinsByName, commanderWithoutChildren, yamlWhenAsked } from './bundle-builtins.ts';
import { buildWeb } from './build-web.ts';
import { writeOnnxPackage } from './cut-onnx-lock.ts';
import { threadEntries } from './entries.ts';

const root = join(import.meta.dirname, '..');

await rm(join(root, 'dist'), { recursive: true, force: true });
const options = {
  absWorkingDir: root,
  outbase: 'src',
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  minifySyntax: true,
  legalComments: 'none',
  logLevel: 'warning',
  plugins: [commanderWithoutChildren, builtinsByName, yamlWhenAsked],
  // Native code stays a run-time dependency; pg's optional native driver is never used.
  external: ['koffi', 'pg-native', 'onnxruntime-node', '@duckdb/node-api'],
  banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
} satisfies BuildOptions;
// Each for itself: a chunk for what a thread shares with the program would be a file more to open with every start of both.
for (const entry of ['src/bin.ts', ...threadEntries]) await build({ ...options, entryPoints: [entry] });
await copyFile(join(root, 'src/backends/inference/python_worker.py'), join(root, 'dist/python_worker.py'));
await writeOnnxPackage(root);
if (!process.argv.includes('--no-web')) await buildWeb(root);
