/** argv → command → exit code; the only process.exit. */
import { keepCompiled, processIo } from './cli/process-io.ts';

keepCompiled();
const { main } = await import('./cli/main.ts');
const io = processIo();
const status = await main(process.argv.slice(2), io);
await io.drained();
process.exit(status);
