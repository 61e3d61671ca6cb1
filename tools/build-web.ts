/** Builds the pages of `web/` into `dist/web`. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

export async function buildWeb(root: string): Promise<void> {
  if (!existsSync(join(root, 'web/vite.config.ts'))) return;
  const { build } = await import('vite');
  await build({
    root: join(root, 'web'),
    configFile: join(root, 'web/vite.config.ts'),
    logLevel: 'warn',
    build: { outDir: join(root, 'dist/web'), emptyOutDir: true },
  });
}
