import { Button } from '@mantine/core';
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useCallback, useEffect, useMemo } from 'react';
import type { Prediction } from '../../../../src/api/predictions.ts';
import { ApiError } from '../../app/api.ts';
import { CopyAsCode } from '../../ui/copy.tsx';
import { download, toCsv } from '../../ui/csv.ts';
import { DataTable } from '../../ui/data-table.tsx';
import { Empty } from '../../ui/empty.tsx';
import { formatCount } from '../../ui/format.ts';
import { Page } from '../../ui/page.tsx';
import { Problem } from '../../ui/problem.tsx';
import { searchAsCode } from './as-code.ts';
import { PredictionColumnChoice } from './prediction-column-choice.tsx';
import { exportedValue, predictionColumn, titleOfColumn } from './prediction-columns.tsx';
import { PredictionPanel } from './prediction-panel.tsx';
import { endpointNamesQuery, predictionsQuery } from './prediction-queries.ts';
import { PredictionsFilter } from './predictions-filter.tsx';
import {
  featuresOf,
  queryOf,
  readPredictionsView,
  suggestPredictionColumns,
  withComparison,
  writePredictionsView,
  type PredictionsView,
} from './predictions-view.ts';
import './predictions.css';

const route = getRouteApi('/predictions');

/** Every kept prediction, newest first: searched by the server, drawn as far as it is in view; one of them in full beside. */
export function PredictionsPage() {
  const search = route.useSearch();
  const view = useMemo(() => readPredictionsView(search), [search]);
  const navigate = useNavigate({ from: '/predictions' });
  const show = useCallback(
    (change: Partial<PredictionsView>, replace = false) => void navigate({ search: writePredictionsView({ ...view, ...change }), replace }),
    [navigate, view],
  );
  const close = useCallback(() => show({ record: undefined }), [show]);
  useEscape(view.record === undefined ? undefined : close);

  const query = useInfiniteQuery(predictionsQuery(view));
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  const onEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  const suggested = suggestPredictionColumns(rows).join('\n');
  const shown = useMemo(() => view.columns ?? suggested.split('\n'), [view.columns, suggested]);
  const columns = useMemo(
    () => shown.map((id) => predictionColumn(id, rows, id === (shown.includes('error') ? 'error' : 'version'))),
    [shown, rows],
  );
  const choices = useChoices(rows);
  const badFilter = query.error instanceof ApiError && query.error.status === 400 ? query.error.message : undefined;

  return (
    <Page
      title="Predictions"
      fill
      about={<About count={query.data === undefined ? undefined : rows.length} pages={query.data?.pages.length ?? 1} more={hasNextPage} />}
      actions={
        <>
          <PredictionColumnChoice
            rows={rows}
            shown={shown}
            suggested={view.columns === undefined}
            onChange={(next) => show({ columns: next }, true)}
          />
          <Button
            variant="default"
            disabled={rows.length === 0}
            onClick={() => download('predictions.csv', csvOf(rows, shown), 'text/csv')}
          >
            CSV
          </Button>
          <CopyAsCode code={searchAsCode(queryOf(view, query.dataUpdatedAt))} />
        </>
      }
    >
      <PredictionsFilter view={view} choices={choices} error={badFilter} onChange={(change) => show(change)} />
      {query.error !== null && badFilter === undefined && <Problem error={query.error} onRetry={() => void query.refetch()} />}
      <div className={view.record === undefined ? 'predictions' : 'predictions predictions-open'}>
        {query.data !== undefined && rows.length === 0 ? (
          <Nothing view={view} endpoint={choices.endpoints[0]} onClear={() => void navigate({ search: {} })} />
        ) : (
          <DataTable
            fill
            label="Predictions"
            name="predictions"
            columns={columns}
            rows={rows}
            rowId={idOf}
            {...(view.record === undefined
              ? {}
              : { selected: new Set(rows.filter(({ requestId }) => requestId === view.record).map(idOf)) })}
            onOpen={(row) => show({ record: row.requestId }, view.record !== undefined)}
            onEnd={onEnd}
            footer={isFetchingNextPage ? 'Loading more…' : undefined}
          />
        )}
        {view.record !== undefined && (
          <PredictionPanel
            key={view.record}
            requestId={view.record}
            onClose={close}
            onCompare={(comparison) => show({ filter: withComparison(view.filter, comparison) })}
          />
        )}
      </div>
    </Page>
  );
}

function idOf(row: Prediction): string {
  return `${row.at} ${row.endpoint} ${row.requestId} ${row.row}`;
}

/** What the choices offer: the endpoints that are declared, and what the loaded predictions name. */
function useChoices(rows: readonly Prediction[]) {
  const names = useQuery(endpointNamesQuery).data;
  return useMemo(
    () => ({
      endpoints: [...new Set([...(names ?? []), ...rows.map(({ endpoint }) => endpoint)])].toSorted(),
      versions: [...new Set(rows.flatMap(({ model, version }) => (model === null ? [] : [`${model}/${version ?? ''}`])))].toSorted(),
      features: featuresOf(rows),
    }),
    [names, rows],
  );
}

/** How many are shown, and whether new ones come by themselves. */
function About({ count, pages, more }: { count: number | undefined; pages: number; more: boolean }) {
  const queries = useQueryClient();
  if (count === undefined) return <span>&nbsp;</span>;
  return (
    <>
      <span>
        {formatCount(count)}
        {more && '+'} shown, newest first
      </span>
      {pages <= 1 ? (
        <span>new ones appear by themselves</span>
      ) : (
        <button type="button" className="link-button" onClick={() => void queries.resetQueries({ queryKey: ['predictions', 'search'] })}>
          Back to the newest
        </button>
      )}
    </>
  );
}

function Nothing({ view, endpoint, onClear }: { view: PredictionsView; endpoint: string | undefined; onClear: () => void }) {
  const { endpoint: of, version, outcome, range, filter, text } = view;
  if ([of, version, outcome, range].some((part) => part !== undefined) || filter !== '' || text !== '') {
    return (
      <Empty>
        No kept prediction matches.{' '}
        <button type="button" className="link-button" onClick={onClear}>
          Show all predictions
        </button>
      </Empty>
    );
  }
  const name = endpoint ?? 'load';
  return (
    <Empty
      commands={[
        `curl -s ${location.origin}/endpoints/${name}/invocations \\\n  -H 'Content-Type: application/json' \\\n  -d '{"dataframe_records": [{"temperature": 21.5}]}'`,
        `echo '{"request_id": "a1", "endpoint": "${name}", "features": {"temperature": 21.5}, "prediction": 812.4}' |\n  millwright predictions send -`,
      ]}
    >
      No predictions yet. Every request that an endpoint answers leaves one here at once; models that are served elsewhere can send theirs.
    </Empty>
  );
}

function csvOf(rows: readonly Prediction[], shown: readonly string[]): string {
  const columns = [...new Set(['request', 'row', ...shown])];
  return toCsv([columns.map(titleOfColumn), ...rows.map((row) => columns.map((id) => exportedValue(id, row)))]);
}

/** Escape closes what is open, unless something else takes it. */
function useEscape(close: (() => void) | undefined): void {
  useEffect(() => {
    if (close === undefined) return;
    const listen = (event: KeyboardEvent) => {
      const taken = event.target instanceof Element && event.target.closest('input, textarea, [role=dialog], [role=listbox]') !== null;
      if (event.key === 'Escape' && !taken) close();
    };
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  }, [close]);
}
