import { Button, SegmentedControl, Select, Switch } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useCallback, useMemo, useState } from 'react';
import { ApiError } from '../../app/api.ts';
import { CopyAsCode } from '../../ui/copy.tsx';
import { download, toCsv } from '../../ui/csv.ts';
import { DataTable } from '../../ui/data-table.tsx';
import { Empty } from '../../ui/empty.tsx';
import { formatCount } from '../../ui/format.ts';
import { Page } from '../../ui/page.tsx';
import { Problem } from '../../ui/problem.tsx';
import { ColumnChoice } from './column-choice.tsx';
import { columnFor, exportValue, nameColumn } from './run-columns.tsx';
import { experimentsQuery, runsQuery } from './run-queries.ts';
import { RunsFilter } from './runs-filter.tsx';
import { nest, readRunsView, suggestColumns, writeRunsView, type RunsView } from './runs-view.ts';
import { searchAsCode } from './as-code.ts';
import { SelectionBar } from './selection-bar.tsx';
import './experiments.css';

const route = getRouteApi('/experiments');

/** All runs of an experiment, or of all: filtered and sorted by the server, drawn as far as they are in view. */
export function RunsPage() {
  const search = route.useSearch();
  const view = useMemo(() => readRunsView(search), [search]);
  const navigate = useNavigate({ from: '/experiments' });
  const show = useCallback(
    (change: Partial<RunsView>, replace = false) => void navigate({ search: writeRunsView({ ...view, ...change }), replace }),
    [navigate, view],
  );

  const experiments = useQuery(experimentsQuery);
  const ids = view.experimentIds.length > 0 ? view.experimentIds : experiments.data?.map((experiment) => experiment.id);
  const runs = useInfiniteQuery(runsQuery(view, ids));
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = runs;

  const loaded = useMemo(() => runs.data?.pages.flatMap((page) => page.items) ?? [], [runs.data]);
  const [collapsed, setCollapsed] = useState<ReadonlySet<string>>(new Set());
  const rows = useMemo(() => nest(loaded, { flat: view.flat, collapsed }), [loaded, view.flat, collapsed]);
  const byId = useMemo(() => new Map(experiments.data?.map((experiment) => [experiment.id, experiment])), [experiments.data]);

  const severalExperiments = new Set(loaded.map((run) => run.experimentId)).size > 1;
  const suggested = useMemo(() => {
    const columns = suggestColumns(loaded);
    return severalExperiments ? ['attributes.experiment', ...columns] : columns;
  }, [loaded, severalExperiments]);
  const shown = view.columns ?? suggested;
  const columns = useMemo(() => {
    const context = { experiments: byId, onToggle: (id: string) => setCollapsed((before) => toggled(before, id)) };
    return [nameColumn(context), ...shown.map((id) => columnFor(id, context))];
  }, [byId, shown]);

  const selected = useMemo(() => new Set(view.selected), [view.selected]);
  const onEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  const badFilter = runs.error instanceof ApiError && runs.error.status === 400 ? runs.error.message : undefined;

  return (
    <Page
      title="Experiments"
      fill
      about={<span>{runs.data === undefined ? ' ' : `${formatCount(loaded.length)}${hasNextPage ? '+' : ''} runs shown`}</span>}
      actions={
        <>
          <ColumnChoice runs={loaded} shown={shown} suggested={view.columns === undefined} onChange={(next) => show({ columns: next })} />
          <Button
            variant="default"
            disabled={loaded.length === 0}
            onClick={() => download('runs.csv', csvOf(loaded, shown, byId), 'text/csv')}
          >
            CSV
          </Button>
          <CopyAsCode code={searchAsCode(view, experiments.data ?? [])} />
        </>
      }
    >
      <div className="toolbar">
        <Select
          aria-label="Experiment"
          className="experiment-choice"
          searchable
          value={view.experimentIds.length === 1 ? (view.experimentIds[0] ?? null) : ''}
          onChange={(id) => show({ experimentIds: id === null || id === '' ? [] : [id], columns: undefined, selected: [] })}
          data={[
            { value: '', label: view.experimentIds.length > 1 ? `${view.experimentIds.length} experiments` : 'All experiments' },
            ...(experiments.data ?? []).map(({ id, name }) => ({ value: id, label: name })),
          ]}
          allowDeselect={false}
        />
        <RunsFilter key={view.filter} value={view.filter} error={badFilter} onChange={(filter) => show({ filter })} />
        <SegmentedControl
          aria-label="Which runs"
          value={view.deleted ? 'deleted' : 'active'}
          onChange={(value) => show({ deleted: value === 'deleted', selected: [] })}
          data={[
            { value: 'active', label: 'Active' },
            { value: 'deleted', label: 'Deleted' },
          ]}
        />
        <Switch label="Nested" checked={!view.flat} onChange={(event) => show({ flat: !event.currentTarget.checked })} />
      </div>
      {selected.size > 0 && (
        <SelectionBar ids={view.selected} deleted={view.deleted} runs={loaded} onClear={() => show({ selected: [] }, true)} />
      )}
      {experiments.error !== null && <Problem error={experiments.error} onRetry={() => void experiments.refetch()} />}
      {runs.error !== null && badFilter === undefined && <Problem error={runs.error} onRetry={() => void runs.refetch()} />}
      {runs.data !== undefined && loaded.length === 0 ? (
        <NoRuns view={view} onClear={() => show({ filter: '', deleted: false })} />
      ) : (
        <DataTable
          fill
          label="Runs"
          name="runs"
          columns={columns}
          rows={rows}
          rowId={(row) => row.run.id}
          nameOf={(row) => row.run.name}
          sort={view.sort ?? { column: 'attributes.start_time', descending: true }}
          onSort={(sort) => show({ sort })}
          selected={selected}
          onSelect={(id) => show({ selected: [...toggled(selected, id)] }, true)}
          onOpen={(row) => void navigate({ to: '/experiments/runs/$runId', params: { runId: row.run.id } })}
          onEnd={onEnd}
          footer={isFetchingNextPage ? 'Loading more…' : undefined}
        />
      )}
    </Page>
  );
}

function NoRuns({ view, onClear }: { view: RunsView; onClear: () => void }) {
  if (view.filter !== '' || view.deleted) {
    return (
      <Empty>
        {view.deleted ? 'No deleted runs' : 'No run'} {view.filter !== '' && 'matches the filter'}.{' '}
        <button type="button" className="link-button" onClick={onClear}>
          Show all active runs
        </button>
      </Empty>
    );
  }
  return (
    <Empty
      commands={[
        `export MLFLOW_TRACKING_URI=${location.origin}\npython train.py`,
        `import mlflow\nmlflow.set_tracking_uri("${location.origin}")\nwith mlflow.start_run():\n    mlflow.log_param("alpha", 0.1)\n    mlflow.log_metric("rmse", 281.2)`,
      ]}
    >
      No runs yet. A training script that uses the stock mlflow client logs here with nothing but this address; stages of{' '}
      <code>millwright repro</code> log here by themselves.
    </Empty>
  );
}

function toggled(ids: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(ids);
  if (!next.delete(id)) next.add(id);
  return next;
}

function csvOf(
  runs: readonly Parameters<typeof exportValue>[0][],
  shown: readonly string[],
  experiments: Parameters<typeof exportValue>[2],
): string {
  const columns = ['attributes.run_id', 'attributes.run_name', ...shown];
  return toCsv([
    columns.map((id) => id.replace(/^attributes\./, '')),
    ...runs.map((run) => columns.map((id) => exportValue(run, id, experiments))),
  ]);
}
