/** Thread entry of the embedded database: every registered operation, on a writer's or a reader's connection. */
import { parentPort, workerData } from 'node:worker_threads';
import { toRecord } from './backends/db/errors.ts';
import { serveSqlite, type ThreadData } from './backends/db/sqlite-thread.ts';
import { migrations } from './migrations/index.ts';
import { operations } from './operations.ts';

if (parentPort === null) throw new Error('writer.ts runs as a thread');
const port = parentPort;
serveSqlite(port as never, workerData as ThreadData, operations, migrations).catch((error: unknown) => {
  port.postMessage({ failed: toRecord(error) });
});
