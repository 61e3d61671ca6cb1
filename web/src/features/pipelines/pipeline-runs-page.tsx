import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { PipelineRun } from '../../../../src/api/pipeline-runs.ts';
import { readList, writeList } from '../../app/search.ts';
import { DataTable, type Column } from '../../ui/data-table.tsx';
import { Empty } from '../../ui/empty.tsx';
import { formatCount } from '../../ui/format.ts';
import { Page } from '../../ui/page.tsx';
import { Problem } from '../../ui/problem.tsx';
import { markOf, StateMark, StateShape } from '../../ui/state-mark.tsx';
import { Age, Duration } from '../../ui/time.tsx';
import { ChosenRuns } from './chosen-runs.tsx';
import { pipelineRunsQuery } from './pipeline-queries.ts';
import './pipelines.css';

const route = getRouteApi('/pipelines');

const columns: readonly Column<PipelineRun>[] = [
  {
    id: 'name',
    title: 'Pipeline run',
    width: 190,
    cell: (run) => (
      <Link to="/pipelines/$id" params={{ id: run.id }} className="table-name">
        {run.name}
      </Link>
    ),
  },
  { id: 'state', title: 'State', width: 110, cell: ({ state }) => <StateMark state={state} /> },
  { id: 'stages', title: 'Stages', width: 170, cell: ({ counts }) => <Counts counts={counts} /> },
  {
    id: 'cause',
    title: 'Cause',
    width: 230,
    grow: true,
    cell: ({ cause, message }) => <span title={message ?? cause}>{message ?? cause}</span>,
  },
  { id: 'actor', title: 'By', width: 100, cell: ({ actor }) => actor },
  {
    id: 'commit',
    title: 'Commit',
    width: 150,
    cell: ({ commit, branch, dirty }) =>
      commit === null ? (
        <span className="dim">none</span>
      ) : (
        <span title={commit}>
          <code>{commit.slice(0, 8)}</code> {branch !== null && <span className="dim">{branch}</span>}{' '}
          {dirty && <span title="with changes not committed">+ changes</span>}
        </span>
      ),
  },
  { id: 'started', title: 'Started', width: 96, cell: ({ startedAt }) => <Age at={startedAt} /> },
  {
    id: 'duration',
    title: 'Duration',
    width: 92,
    numeric: true,
    cell: ({ startedAt, endedAt }) => <Duration from={startedAt} to={endedAt} />,
  },
];

/** What ran, who or what started it, and what failed: newest first. */
export function PipelineRunsPage() {
  const { project, runs: chosen } = route.useSearch();
  const navigate = useNavigate({ from: '/pipelines' });
  const selected = useMemo(() => new Set(readList(chosen)), [chosen]);
  const select = (ids: readonly string[]) =>
    void navigate({ search: (previous) => ({ ...previous, runs: writeList(ids) }), replace: true });
  const runs = useInfiniteQuery(pipelineRunsQuery(project));
  const rows = useMemo(() => runs.data?.pages.flatMap((page) => page.items) ?? [], [runs.data]);
  const more = runs.hasNextPage && !runs.isFetchingNextPage;
  return (
    <Page
      title="Pipelines"
      fill
      about={
        <>
          <span>{runs.data === undefined ? ' ' : `${formatCount(rows.length)}${runs.hasNextPage ? '+' : ''} pipeline runs`}</span>
          {project !== undefined && (
            <span>
              of {project} <Link to="/pipelines">show all</Link>
            </span>
          )}
        </>
      }
    >
      {selected.size > 0 && <ChosenRuns ids={[...selected]} runs={rows} onClear={() => select([])} />}
      {runs.error !== null && <Problem error={runs.error} onRetry={() => void runs.refetch()} />}
      {runs.data !== undefined && rows.length === 0 ? (
        <Empty commands={['millwright repro', `MILLWRIGHT_URL=${location.origin} millwright repro`]}>
          No pipeline has run yet. In a project with a <code>millwright.yaml</code>, <code>repro</code> runs what changed and records it
          here; from elsewhere, name this server:
        </Empty>
      ) : (
        <DataTable
          fill
          label="Pipeline runs"
          name="pipeline-runs"
          columns={columns}
          rows={rows}
          rowId={({ id }) => id}
          nameOf={({ name }) => name}
          selected={selected}
          onSelect={(id) => select(toggled(selected, id))}
          onOpen={({ id }) => void navigate({ to: '/pipelines/$id', params: { id } })}
          onEnd={() => {
            if (more) void runs.fetchNextPage();
          }}
        />
      )}
    </Page>
  );
}

function toggled(ids: ReadonlySet<string>, id: string): readonly string[] {
  return ids.has(id) ? [...ids].filter((other) => other !== id) : [...ids, id];
}

const order = ['failed', 'running', 'succeeded', 'cached', 'restored', 'cancelled', 'waiting', 'skipped'];

/** Stages by state: `✓ 5 ○ 2`, in words on hover. */
function Counts({ counts }: { counts: PipelineRun['counts'] }) {
  return (
    <span className="counts">
      {order.map((state) => {
        const count = counts[state] ?? 0;
        if (count === 0) return null;
        const { tone, word } = markOf(state);
        return (
          <span key={state} className={`tone-${tone}`} title={`${count} ${word.toLowerCase()}`}>
            <StateShape tone={tone} size={10} /> {count}
            <span className="visually-hidden"> {word}</span>
          </span>
        );
      })}
    </span>
  );
}
