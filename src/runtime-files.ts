import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The absolute path of a file that the program needs while it runs, given relative to the bundle's folder `dist/`:
 * `writer.js`, `web/index.html`, `../package.json`. The one place that knows where the bundle lies, in a checkout, in an
 * installed package, and under the test runner (which runs the sources but takes threads and pages from `dist/`).
 */
export function runtimeFile(name: string): string {
  return join(distFolder(), name);
}

function distFolder(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  for (let folder = here; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json')) && existsSync(join(folder, 'bin'))) return join(folder, 'dist');
    if (folder === dirname(folder)) throw new Error(`no package.json above ${here}`);
  }
}
