/** argv → command → exit code; the only process.exit. */
import { processIo } from './cli/process-io.ts';
import { main } from './cli/main.ts';

const io = processIo();
const status = await main(process.argv.slice(2), io);
// Flushed by hand: process.exit drops what a pipe has not taken yet.
await Promise.all([process.stdout, process.stderr].map((stream) => new Promise<void>((resolve) => stream.write('', () => resolve()))));
process.exit(status);
