import { Loading } from '../../ui/loading.tsx';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import { CopyAsCode, Id } from '../../ui/copy.tsx';
import { Page, TabLinks } from '../../ui/page.tsx';
import { Problem } from '../../ui/problem.tsx';
import { StateMark } from '../../ui/state-mark.tsx';
import { Age, Duration } from '../../ui/time.tsx';
import { runAsCode } from './as-code.ts';
import { Artifacts } from './artifacts.tsx';
import { Curves } from './curves.tsx';
import { curveKeys, readCurvesView, writeCurvesView } from './curves-view.ts';
import { DeleteRunsButton, RestoreRunsButton } from './delete-runs.tsx';
import { RegisterButton } from './register.tsx';
import { RenameButton } from './rename.tsx';
import { RunOverview } from './run-overview.tsx';
import { experimentsQuery, runQuery } from './run-queries.ts';
import './experiments.css';

const route = getRouteApi('/experiments/runs/$runId');
const tabs = [
  { id: 'overview', title: 'Overview' },
  { id: 'curves', title: 'Curves' },
  { id: 'system', title: 'System' },
  { id: 'artifacts', title: 'Artifacts' },
];

/** One run: what it measured, from what, and what it made. */
export function RunPage() {
  const { runId } = route.useParams();
  const search = route.useSearch();
  const navigate = useNavigate({ from: '/experiments/runs/$runId' });
  const query = useQuery(runQuery(runId));
  const experiments = useQuery(experimentsQuery);
  const run = query.data;
  const runs = useMemo(() => (run === undefined ? [] : [run]), [run]);
  const tab = tabs.find(({ id }) => id === search.tab)?.id ?? 'overview';

  if (run === undefined) {
    return (
      <Page title="Run">{query.error === null ? <Loading /> : <Problem error={query.error} onRetry={() => void query.refetch()} />}</Page>
    );
  }
  const experiment = experiments.data?.find(({ id }) => id === run.experimentId);
  const curves = (system: 'system' | 'own', empty: string) => (
    <Curves
      runs={runs}
      keys={curveKeys(runs, system)}
      view={readCurvesView(search)}
      onChange={(view) => void navigate({ search: (previous) => ({ ...previous, ...writeCurvesView(view) }), replace: true })}
      empty={empty}
    />
  );
  return (
    <Page
      title={run.name}
      about={
        <>
          <StateMark state={run.deleted ? 'DELETED' : run.status} />
          <span>
            started <Age at={run.startTime} />, took <Duration from={run.startTime} to={run.endTime} />
          </span>
          <span>
            in{' '}
            <Link to="/experiments" search={{ exp: run.experimentId }}>
              {experiment?.name ?? `experiment ${run.experimentId}`}
            </Link>
          </span>
          <Id id={run.id} what="run id" />
        </>
      }
      actions={
        <>
          <Link to="/lineage" search={{ kind: 'run', id: run.id }} className="button-link button-plain">
            Lineage
          </Link>
          <CopyAsCode code={runAsCode(run)} />
          <RenameButton run={run} />
          {run.deleted ? (
            <RestoreRunsButton ids={[run.id]} />
          ) : (
            <>
              <RegisterButton run={run} />
              <DeleteRunsButton ids={[run.id]} names={[run.name]} />
            </>
          )}
        </>
      }
    >
      <TabLinks tabs={tabs} active={tab} label="Parts of the run" />
      {tab === 'overview' && <RunOverview run={run} />}
      {tab === 'curves' && curves('own', 'No metric of this run has more than one step: the last values stand in the overview.')}
      {tab === 'system' && curves('system', 'No system metrics: switch them on with mlflow.enable_system_metrics_logging().')}
      {tab === 'artifacts' && <Artifacts runId={run.id} open={search.artifact} />}
    </Page>
  );
}
