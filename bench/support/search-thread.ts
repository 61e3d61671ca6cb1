/** Thread entry of a database that bench/search.ts fills. */
import { parentPort, workerData } from 'node:worker_threads';
import { toRecord } from '../../src/backends/db/errors.ts';
import { serveSqlite, type ThreadData } from '../../src/backends/db/sqlite-thread.ts';
import { migrations } from '../../src/migrations/index.ts';
import { seedingOperations } from './search-seed.ts';

const port = parentPort!;
serveSqlite(port as never, workerData as ThreadData, seedingOperations, migrations).catch((error: unknown) =>
  port.postMessage({ failed: toRecord(error) }),
);
