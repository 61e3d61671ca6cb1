import { Loading } from '../../ui/loading.tsx';
import { useQueries } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { Run } from '../../../../sdk/src/mlflow.ts';
import { readList } from '../../app/search.ts';
import { LineKey } from '../../charts/line-key.tsx';
import { Empty } from '../../ui/empty.tsx';
import { plural } from '../../ui/format.ts';
import { Page, TabLinks } from '../../ui/page.tsx';
import { Problem } from '../../ui/problem.tsx';
import { CompareTable } from './compare-table.tsx';
import { Curves } from './curves.tsx';
import { curveKeys, readCurvesView, writeCurvesView } from './curves-view.ts';
import { runQuery } from './run-queries.ts';
import './experiments.css';

const route = getRouteApi('/experiments/compare');
const tabs = [
  { id: 'curves', title: 'Curves' },
  { id: 'values', title: 'Params and metrics' },
];
const none: readonly Run[] = [];

/** More cannot be told apart. */
const runLimit = 100;

/** The chosen runs beside each other: overlaid curves, and where params and metrics differ. */
export function ComparePage() {
  const search = route.useSearch();
  const navigate = useNavigate({ from: '/experiments/compare' });
  const ids = useMemo(() => [...new Set(readList(search.runs))].slice(0, runLimit), [search.runs]);
  const asked = useQueries({
    queries: ids.map((id) => runQuery(id)),
    combine: (results) => ({
      runs: results.every((result) => result.data !== undefined) ? results.flatMap((result) => result.data ?? []) : undefined,
      error: results.find((result) => result.error !== null)?.error ?? null,
    }),
  });
  const runs = asked.runs ?? none;
  const keys = useMemo(() => curveKeys(runs, 'own'), [runs]);
  const tab = search.tab === 'values' || (asked.runs !== undefined && keys.length === 0) ? 'values' : 'curves';

  if (ids.length === 0) {
    return (
      <Page title="Compare runs">
        <Empty>
          No runs chosen. Select some in <Link to="/experiments">Experiments</Link> (key <kbd>x</kbd>), then Compare.
        </Empty>
      </Page>
    );
  }
  return (
    <Page title={`Compare ${plural(ids.length, 'run')}`}>
      <ul className="run-key" aria-label="Compared runs">
        {runs.map((run, index) => (
          <li key={run.id}>
            <LineKey index={index} />
            <Link to="/experiments/runs/$runId" params={{ runId: run.id }}>
              {run.name}
            </Link>
          </li>
        ))}
      </ul>
      <TabLinks tabs={tabs} active={tab} label="Ways to compare" />
      {asked.error !== null && <Problem error={asked.error} />}
      {asked.runs === undefined && asked.error === null && <Loading />}
      {asked.runs !== undefined && tab === 'curves' && (
        <Curves
          runs={runs}
          keys={keys}
          view={readCurvesView(search)}
          onChange={(view) => void navigate({ search: (previous) => ({ ...previous, ...writeCurvesView(view) }), replace: true })}
          empty="None of these runs logged a metric over several steps."
        />
      )}
      {asked.runs !== undefined && tab === 'values' && (
        <CompareTable
          runs={runs}
          onlyDifferences={search.only === '1'}
          onOnlyDifferences={(only) =>
            void navigate({ search: (previous) => ({ ...previous, only: only ? '1' : undefined }), replace: true })
          }
        />
      )}
    </Page>
  );
}
