/** Thread entry of the conformance suite: the program's own with more operations and one more table. */
import { parentPort, workerData } from 'node:worker_threads';
import { toRecord } from '../../../src/backends/db/errors.ts';
import { serveSqlite, type ThreadData } from '../../../src/backends/db/sqlite-thread.ts';
import { migrations, operations } from './operations.ts';

const port = parentPort!;
serveSqlite(port as never, workerData as ThreadData, operations, migrations).catch((error: unknown) =>
  port.postMessage({ failed: toRecord(error) }),
);
