/** Thread entry: decodes, seals and searches inference records. */
import { parentPort } from 'node:worker_threads';
import { serveColumns } from '../backends/columns/thread.ts';
import { predictionsTable } from '../predictions/columns-table.ts';

serveColumns(parentPort!, predictionsTable);
