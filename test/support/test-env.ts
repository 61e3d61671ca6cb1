import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The folder of the checkout. */
export const checkout = join(import.meta.dirname, '../..');

/** The program of the test environment that `tools/setup-tests.sh` installs: `dvc`, `weed`, `python`. Fails where it is missing. */
export function testProgram(name: string): string {
  const path = join(checkout, 'build/test-env/bin', name);
  if (!existsSync(path)) throw new Error(`${path} is missing: run tools/setup-tests.sh first`);
  return path;
}
