/** Thread entry: decodes, seals and searches inference records. */
import { setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { serveColumns } from '../backends/columns/thread.ts';
import { predictionsTable } from '../predictions/columns-table.ts';

// On Linux a thread's own priority, which DuckDB's threads inherit: sealing must not take the core from who answers requests.
if (process.platform === 'linux') setPriority(10);
serveColumns(parentPort!, predictionsTable);
