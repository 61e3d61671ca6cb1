import type { Scope } from '../../access/index.ts';
import { defineRead } from '../../backends/db/port.ts';
import type { ViewType } from '../experiment.ts';
import { placeholders } from '../rows.ts';
import type { Int64, Run } from '../run.ts';
import { withData } from '../run-queries.ts';
import { runColumns, type RunRow } from '../run-writes.ts';
import { checkPageSize, readPage } from './paging.ts';
import { runConditions } from './run-filter.ts';
import { runOrder } from './run-order.ts';
import type { Sql } from './sql.ts';

export interface RunSearch {
  readonly scope: Scope;
  /** None of them finds nothing. */
  readonly experimentIds: readonly number[];
  /** MLflow's filter language; empty for all. */
  readonly filter: string;
  readonly view: ViewType;
  readonly orderBy: readonly string[];
  readonly limit: Int64;
  readonly pageToken: string | undefined;
}

const mostRuns = 50_000;

/** @throws INVALID_PARAMETER_VALUE for a filter, order, page size or token that cannot be read */
export const searchRuns = defineRead<never, RunSearch, { runs: readonly Run[]; nextPageToken: string | undefined }>(
  'tracking.searchRuns',
  async (tx, search) => {
    const limit = checkPageSize(search.limit, mostRuns);
    const conditions = runConditions(search.filter, tx.capabilities);
    const order = runOrder(search.orderBy);
    if (search.experimentIds.length === 0) return { runs: [], nextPageToken: undefined };
    const page = await readPage<RunRow>(
      tx,
      {
        columns: runColumns
          .split(', ')
          .map((column) => `r.${column}`)
          .join(', '),
        from: { text: `runs r ${order.joins}`, values: order.values },
        conditions: [...within(search.scope, search.experimentIds), ...ofView(search.view), ...conditions],
        order: order.terms,
        orderKey: search.orderBy,
      },
      limit,
      search.pageToken,
    );
    return { runs: await withData(tx, page.rows), nextPageToken: page.nextPageToken };
  },
);

/** `+` keeps the workspace out of the choice of an index: the experiments are what narrows the search. */
function within(scope: Scope, experimentIds: readonly number[]): Sql[] {
  const ids = [...new Set(experimentIds)];
  return [
    { text: ids.length === 1 ? 'r.experiment_id = ?' : `r.experiment_id in (${placeholders(ids.length)})`, values: ids },
    { text: '+r.workspace_id = ?', values: [scope.workspaceId] },
  ];
}

function ofView(view: ViewType): Sql[] {
  if (view === 'ALL') return [];
  return [{ text: `r.deleted_at is ${view === 'ACTIVE_ONLY' ? '' : 'not '}null`, values: [] }];
}
