/** argv → command → exit code; the only process.exit. */
import { keepCompiled, processIo } from './cli/process-io.ts';

keepCompiled();
const { main } = await import('./cli/main.ts');
const status = await main(process.argv.slice(2), processIo());
// Flushed by hand: process.exit drops what a pipe has not taken yet.
await Promise.all([process.stdout, process.stderr].map((stream) => new Promise<void>((resolve) => stream.write('', () => resolve()))));
process.exit(status);
