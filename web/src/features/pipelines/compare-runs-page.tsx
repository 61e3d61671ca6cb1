import { Button, Switch } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { PipelineRunComparison } from '../../../../src/api/pipeline-run-comparison.ts';
import type { PipelineRun } from '../../../../src/api/pipeline-runs.ts';
import { Asked } from '../../ui/asked.tsx';
import { CopyAsCode, Id } from '../../ui/copy.tsx';
import { download, toCsv } from '../../ui/csv.ts';
import { Empty } from '../../ui/empty.tsx';
import { plural } from '../../ui/format.ts';
import { Page } from '../../ui/page.tsx';
import { PlainTable } from '../../ui/plain-table.tsx';
import { shellWord } from '../../ui/shell-word.ts';
import { StateMark } from '../../ui/state-mark.tsx';
import { Age, Duration } from '../../ui/time.tsx';
import { comparedTable } from './compared-rows.ts';
import { ComparedCommands, ComparedStages } from './compared-stages.tsx';
import { ComparedValues } from './compared-values.tsx';
import { comparePipelineRunsQuery } from './pipeline-queries.ts';
import '../../ui/comparison.css';
import './pipelines.css';

const route = getRouteApi('/pipelines/compare');

/** Two pipeline runs beside each other: what differs of their code, stages, params, data and results. */
export function CompareRunsPage() {
  const { from, to } = route.useSearch();
  if (from === undefined || to === undefined) {
    return (
      <Page title="Compare pipeline runs">
        <Empty commands={['millwright runs compare ID ID']}>
          No two runs chosen. Select two in <Link to="/pipelines">Pipelines</Link> (key <kbd>x</kbd>), then Compare.
        </Empty>
      </Page>
    );
  }
  return <Comparison from={from} to={to} />;
}

function Comparison({ from, to }: { from: string; to: string }) {
  const query = useQuery(comparePipelineRunsQuery(from, to));
  const names = query.data === undefined ? '' : ` ${query.data.from.name} and ${query.data.to.name}`;
  return (
    <Page
      title={names === '' ? 'Compare pipeline runs' : `Compare${names}`}
      about={
        <Link to="/pipelines/compare" search={(previous) => ({ ...previous, from: to, to: from })} replace>
          Swap the two
        </Link>
      }
      actions={
        <>
          <Button
            variant="default"
            disabled={query.data === undefined}
            onClick={() => download('compared.csv', toCsv(comparedTable(query.data?.stages ?? [])), 'text/csv')}
          >
            CSV
          </Button>
          <CopyAsCode code={asCode(from, to)} />
        </>
      }
    >
      <Asked query={query}>{(compared) => <Compared compared={compared} />}</Asked>
    </Page>
  );
}

function Compared({ compared }: { compared: PipelineRunComparison }) {
  const { only } = route.useSearch();
  const navigate = useNavigate({ from: '/pipelines/compare' });
  const { stages, runsLeftOut } = compared;
  const changed = stages.filter(({ kind }) => kind !== 'unchanged');
  return (
    <>
      <Runs compared={compared} />
      <Switch
        label="Only what differs"
        checked={only === '1'}
        onChange={(event) => {
          const next = event.currentTarget.checked ? '1' : undefined;
          void navigate({ search: (previous) => ({ ...previous, only: next }), replace: true });
        }}
      />
      <ComparedStages compared={compared} stages={only === '1' ? changed : stages} />
      <ComparedCommands stages={stages} />
      <ComparedValues project={compared.to.project} stages={stages} onlyDifferences={only === '1'} />
      {runsLeftOut > 0 && <p className="dim">{plural(runsLeftOut, 'more tracked run')} of these pipeline runs are not compared.</p>}
    </>
  );
}

/** What is known of the two as wholes; rows that differ are marked. */
function Runs({ compared: { from, to, samePatch } }: { compared: PipelineRunComparison }) {
  const row = (name: string, show: (run: PipelineRun) => ReactNode, differs: boolean) => ({
    key: name,
    className: differs ? 'differs' : undefined,
    cells: [
      <span key="name" className="dim">
        {name}
        {differs && <span className="visually-hidden"> (differs)</span>}
      </span>,
      show(from),
      show(to),
    ],
  });
  const link = (run: PipelineRun) => (
    <Link to="/pipelines/$id" params={{ id: run.id }}>
      <bdi>{run.name}</bdi>
    </Link>
  );
  return (
    <PlainTable
      label="Pipeline runs compared"
      heads={['Of the run', 'First', 'Second']}
      rows={[
        row('Pipeline run', link, false),
        row('State', ({ state }) => <StateMark state={state} />, from.state !== to.state),
        row(
          'Started',
          ({ startedAt, actor }) => (
            <>
              <Age at={startedAt} /> by {actor}
            </>
          ),
          false,
        ),
        row('Took', ({ startedAt, endedAt }) => <Duration from={startedAt} to={endedAt} />, false),
        row('Cause', ({ cause }) => <bdi>{cause}</bdi>, from.cause !== to.cause),
        row(
          'Commit',
          ({ commit, branch }) =>
            commit === null ? (
              'none'
            ) : (
              <>
                <Id id={commit} what="commit" /> {branch}
              </>
            ),
          from.commit !== to.commit,
        ),
        row(
          'Not committed',
          ({ id, dirty }) =>
            dirty ? (
              <Link to="/pipelines/$id" params={{ id }}>
                changes, kept as a patch
              </Link>
            ) : (
              'nothing'
            ),
          !samePatch,
        ),
      ]}
    />
  );
}

function asCode(from: string, to: string) {
  const url = `${location.origin}/api/1/pipeline-runs/compare?from=${encodeURIComponent(from)}&to=${encodeURIComponent(to)}`;
  return {
    cli: `millwright runs compare ${shellWord(from)} ${shellWord(to)}`,
    curl: `curl -s ${shellWord(url)}`,
    python: `import json, urllib.request\ncompared = json.load(urllib.request.urlopen(${JSON.stringify(url)}))\nprint([(stage["stage"], stage["kind"]) for stage in compared["stages"]])`,
  };
}
