import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import type { Endpoint } from '../../../../src/api/endpoints.ts';
import { Asked } from '../../ui/asked.tsx';
import { DataTable, type Column } from '../../ui/data-table.tsx';
import { Empty } from '../../ui/empty.tsx';
import { plural } from '../../ui/format.ts';
import { Page } from '../../ui/page.tsx';
import { StateMark } from '../../ui/state-mark.tsx';
import { Age } from '../../ui/time.tsx';
import { endpointsQuery } from './endpoint-queries.ts';
import { formatErrors, formatLatency, formatRate, stateWords } from './endpoint-text.ts';

type Counted = NonNullable<Endpoint['live']>['statistics']['minute'];

const lastMinute = (cell: (minute: Counted) => string) =>
  function LastMinute({ live }: Endpoint) {
    return live === null ? <span className="dim">–</span> : cell(live.statistics.minute);
  };

const columns: readonly Column<Endpoint>[] = [
  {
    id: 'name',
    title: 'Endpoint',
    width: 170,
    cell: ({ name }) => (
      <Link to="/endpoints/$name" params={{ name }} className="table-name">
        {name}
      </Link>
    ),
  },
  { id: 'state', title: 'State', width: 190, cell: (endpoint) => <StateMark state={endpoint.state} word={stateWords(endpoint)} /> },
  {
    id: 'live',
    title: 'Live',
    width: 200,
    cell: ({ live }) =>
      live === null ? (
        <span className="dim">nothing</span>
      ) : (
        <Link to="/models/$name" params={{ name: live.model }} search={{ version: String(live.version) }}>
          {live.model} v{live.version}
        </Link>
      ),
  },
  { id: 'since', title: 'Since', width: 90, cell: ({ live }) => <Age at={live?.since} /> },
  { id: 'by', title: 'By', width: 100, cell: ({ live, decision }) => (live === null ? '' : (decision?.actor ?? live.by)) },
  { id: 'rate', title: 'Requests/s', width: 104, numeric: true, cell: lastMinute(({ perSecond }) => formatRate(perSecond)) },
  { id: 'p50', title: 'p50', width: 76, numeric: true, cell: lastMinute(({ p50Ms }) => formatLatency(p50Ms)) },
  { id: 'p99', title: 'p99', width: 76, numeric: true, cell: lastMinute(({ p99Ms }) => formatLatency(p99Ms)) },
  { id: 'errors', title: 'Errors', width: 90, numeric: true, cell: lastMinute(formatErrors) },
  { id: 'follows', title: 'Follows', width: 220, grow: true, cell: ({ model }) => <code title={model}>{model}</code> },
];

/** Each endpoint: what is live, since when, by whose decision, and how it answers. */
export function EndpointsPage() {
  const navigate = useNavigate();
  const endpoints = useQuery(endpointsQuery);
  return (
    <Page
      title="Endpoints"
      fill
      about={
        endpoints.data !== undefined && <span>{plural(endpoints.data.length, 'endpoint')}; rates and latencies are of the last minute</span>
      }
    >
      <Asked query={endpoints}>
        {(all) =>
          all.length === 0 ? (
            <NoEndpoints />
          ) : (
            <DataTable
              fill
              label="Endpoints"
              name="endpoints"
              columns={columns}
              rows={all}
              rowId={({ name }) => name}
              onOpen={({ name }) => void navigate({ to: '/endpoints/$name', params: { name } })}
            />
          )
        }
      </Asked>
    </Page>
  );
}

function NoEndpoints() {
  return (
    <Empty
      commands={[
        '# millwright.yaml\nschema: 1\nendpoints:\n  load-forecast:\n    model: "models:/load-forecaster@champion"',
        'millwright endpoints apply',
        `curl ${location.origin}/endpoints/load-forecast/invocations -H 'content-type: application/json' \\\n  -d '{"dataframe_records": [{"a": 1.5}]}'`,
      ]}
    >
      No endpoints yet. An endpoint serves the version that an alias stands on, and follows it without a failed request. Declare one in{' '}
      <code>millwright.yaml</code>, apply it (<code>millwright repro</code> does so too), and ask it:
    </Empty>
  );
}
