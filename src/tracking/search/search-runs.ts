import type { Scope } from '../../access/index.ts';
import { defineRead, type Tx } from '../../backends/db/port.ts';
import type { ViewType } from '../experiment.ts';
import { placeholders } from '../rows.ts';
import type { TrackingContext } from '../context.ts';
import type { Int64, Run } from '../run.ts';
import { fromColumns, toColumns, type RunColumns } from '../run-columns.ts';
import { withData } from '../run-queries.ts';
import { runColumns, type RunRow } from '../run-writes.ts';
import { amongKeys, fewestCandidates } from './candidates.ts';
import { checkPageSize, checkSearchSize, readPage, readPageAt, type Page } from './paging.ts';
import { runConditions, type RunCondition, type Within } from './run-filter.ts';
import { runOrder, type RunOrder } from './run-order.ts';
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
export async function searchRuns(
  ctx: Pick<TrackingContext, 'db'>,
  search: RunSearch,
): Promise<{ runs: readonly Run[]; nextPageToken: string | undefined }> {
  const { runs, nextPageToken } = await ctx.db.read(findRuns, search);
  return { runs: fromColumns(runs), nextPageToken };
}

export const findRuns = defineRead<never, RunSearch, { runs: RunColumns; nextPageToken: string | undefined }>(
  'tracking.findRuns',
  async (tx, search) => {
    const limit = checkPageSize(search.limit, mostRuns);
    checkSearchSize(search);
    const conditions = runConditions(search.filter, tx.capabilities);
    const order = runOrder(search.orderBy, tx.capabilities);
    if (search.experimentIds.length === 0) return { runs: toColumns([]), nextPageToken: undefined };
    const page = await findPage(tx, search, conditions, order, limit);
    return { runs: toColumns(await withData(tx, page.rows)), nextPageToken: page.nextPageToken };
  },
);

const columns = runColumns
  .split(', ')
  .map((column) => `r.${column}`)
  .join(', ');

/**
 * Three ways to the same page: the few candidates of a selective condition; else what leads the order, walked in its index;
 * else the runs of the experiments, newest first.
 */
async function findPage(
  tx: Tx<never>,
  search: RunSearch,
  conditions: readonly RunCondition[],
  order: RunOrder,
  limit: number,
): Promise<Page<RunRow>> {
  const experimentIds = [...new Set(search.experimentIds)];
  const within: Within = { workspaceId: search.scope.workspaceId, experimentIds };
  const queries = conditions.flatMap(({ candidates }) => (candidates === undefined ? [] : [candidates(within)]));
  const few = await fewestCandidates(tx, queries);
  const ofExperiments: Sql = { text: `r.experiment_id in (${placeholders(experimentIds.length)})`, values: experimentIds };
  // `+` keeps a column out of the choice of an index.
  const shared: Sql[] = [{ text: '+r.workspace_id = ?', values: [search.scope.workspaceId] }, ...ofView(search.view), ...conditions];
  const base = { columns, from: { text: `runs r ${order.joins}`, values: order.values }, order: order.terms, orderKey: search.orderBy };
  if (few !== undefined) {
    const unindexed = { ...ofExperiments, text: `+${ofExperiments.text}` };
    return readPage<RunRow>(tx, { ...base, conditions: [amongKeys(few), unindexed, ...shared] }, limit, search.pageToken);
  }
  const { leading } = order;
  if (leading !== undefined && experimentIds.length === 1 && (leading.kind !== 'value' || (await hasManyRuns(tx, experimentIds[0]!)))) {
    const alias = leading.kind === 'metric' ? 'o0' : 'r';
    // Said of the row that is walked, a comparison with its own metric bounds the walk.
    const bounds = conditions.flatMap(({ metric }) =>
      leading.kind === 'metric' && metric?.name === leading.name ? [metric.on('o0')] : [],
    );
    const inExperiment: Sql = { text: `${alias}.experiment_id = ?`, values: experimentIds };
    const walk = {
      ...base,
      from: leading.from,
      conditions: [inExperiment, leading.present, ...bounds, ...shared],
      order: order.terms.slice(1),
    };
    const page = await readPageAt<RunRow>(tx, walk, 0, limit, search.pageToken);
    if (page !== undefined) return page;
  }
  const first = experimentIds.length === 1 ? { text: 'r.experiment_id = ?', values: experimentIds } : ofExperiments;
  return readPage<RunRow>(tx, { ...base, conditions: [first, ...shared] }, limit, search.pageToken);
}

/** Params and tags are indexed for all experiments at once: of a small one it is cheaper to sort the runs. */
async function hasManyRuns(tx: Tx<never>, experimentId: number): Promise<boolean> {
  const [row] = await tx
    .statement<{ count: number }>('select count(*) as count from (select 1 from runs where experiment_id = ? limit 2001) runs')
    .all(experimentId);
  return row!.count > 2000;
}

function ofView(view: ViewType): Sql[] {
  if (view === 'ALL') return [];
  return [{ text: `r.deleted_at is ${view === 'ACTIVE_ONLY' ? '' : 'not '}null`, values: [] }];
}
