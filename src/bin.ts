/** argv → command → exit code; the only process.exit. */
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { processIo } from './cli/process-io.ts';

const io = processIo();
// Compiled once for all commands: a sixth of what a short one costs. Where the folder cannot be written nothing is kept.
enableCompileCache(join(io.config.userCacheDir, 'compiled'));
const { main } = await import('./cli/main.ts');
const status = await main(process.argv.slice(2), io);
// Flushed by hand: process.exit drops what a pipe has not taken yet.
await Promise.all([process.stdout, process.stderr].map((stream) => new Promise<void>((resolve) => stream.write('', () => resolve()))));
process.exit(status);
