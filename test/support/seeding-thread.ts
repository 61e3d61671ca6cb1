/** Thread entry with the operations that prepare a state for a test. */
import { parentPort, workerData } from 'node:worker_threads';
import { toRecord } from '../../src/backends/db/errors.ts';
import { serveSqlite, type ThreadData } from '../../src/backends/db/sqlite-thread.ts';
import { migrations } from '../../src/migrations/index.ts';
import { seedingOperations } from './seeded-state.ts';

const port = parentPort!;
serveSqlite(port as never, workerData as ThreadData, seedingOperations, migrations).catch((error: unknown) =>
  port.postMessage({ failed: toRecord(error) }),
);
