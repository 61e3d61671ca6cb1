import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import type { Endpoint } from '../../../../src/api/endpoints.ts';
import { Empty } from '../../ui/empty.tsx';
import { formatLatency } from '../../ui/format.ts';
import { ListPage } from '../../ui/list-page.tsx';
import { timeValue, type ValueColumn } from '../../ui/list-view.ts';
import { StateMark } from '../../ui/state-mark.tsx';
import { Age } from '../../ui/time.tsx';
import { endpointsQuery } from './endpoint-queries.ts';
import { formatErrors, formatRate, stateWords } from './endpoint-text.ts';

const route = getRouteApi('/endpoints');

type Counted = NonNullable<Endpoint['live']>['statistics']['minute'];

/** A column of what was counted in the last minute. */
function counted(
  id: string,
  title: string,
  width: number,
  { value, cell }: { value: (minute: Counted) => number | null; cell: (minute: Counted) => string },
): ValueColumn<Endpoint> {
  return {
    id,
    title,
    width,
    numeric: true,
    sortable: true,
    sortsFirst: 'descending',
    value: ({ live }) => (live === null ? null : value(live.statistics.minute)),
    cell: ({ live }) => (live === null ? <span className="dim">–</span> : cell(live.statistics.minute)),
  };
}

const actorOf = ({ live, decision }: Endpoint): string | null => (live === null ? null : (decision?.actor ?? live.by));

const columns: readonly ValueColumn<Endpoint>[] = [
  {
    id: 'name',
    title: 'Endpoint',
    width: 144,
    sortable: true,
    sortsFirst: 'ascending',
    value: ({ name }) => name,
    cell: ({ name }) => (
      <Link to="/endpoints/$name" params={{ name }} className="table-name">
        {name}
      </Link>
    ),
  },
  {
    id: 'state',
    title: 'State',
    width: 194,
    sortable: true,
    sortsFirst: 'ascending',
    value: stateWords,
    cell: (endpoint) => <StateMark state={endpoint.state} word={stateWords(endpoint)} />,
  },
  {
    id: 'live',
    title: 'Live',
    width: 140,
    sortable: true,
    sortsFirst: 'ascending',
    value: ({ live }) => (live === null ? null : `${live.model}/${live.version}`),
    cell: ({ live }) =>
      live === null ? (
        <span className="dim">nothing</span>
      ) : (
        <Link to="/models/$name" params={{ name: live.model }} search={{ version: String(live.version) }}>
          {live.model} v{live.version}
        </Link>
      ),
  },
  {
    id: 'since',
    title: 'Since',
    width: 86,
    sortable: true,
    value: ({ live }) => timeValue(live?.since),
    cell: ({ live }) => <Age at={live?.since} />,
  },
  { id: 'by', title: 'By', width: 84, sortable: true, sortsFirst: 'ascending', value: actorOf, cell: actorOf },
  counted('rate', 'Requests/s', 96, { value: ({ perSecond }) => perSecond, cell: ({ perSecond }) => formatRate(perSecond) }),
  counted('p50', 'p50', 74, { value: ({ p50Ms }) => p50Ms, cell: ({ p50Ms }) => formatLatency(p50Ms) }),
  counted('p99', 'p99', 74, { value: ({ p99Ms }) => p99Ms, cell: ({ p99Ms }) => formatLatency(p99Ms) }),
  counted('errors', 'Errors', 92, { value: ({ clientErrors, serverErrors }) => clientErrors + serverErrors, cell: formatErrors }),
  {
    id: 'follows',
    title: 'Follows',
    width: 180,
    grow: true,
    sortable: true,
    sortsFirst: 'ascending',
    value: ({ model }) => model,
    cell: ({ model }) => <code title={model}>{model}</code>,
  },
  {
    id: 'project',
    title: 'Project',
    width: 96,
    sortable: true,
    sortsFirst: 'ascending',
    value: ({ project }) => project,
    cell: ({ project }) => project,
  },
];

const byName = { column: 'name', descending: false };

/** Each endpoint: what is live, since when, by whose decision, and how it answers. */
export function EndpointsPage() {
  const search = route.useSearch();
  const navigate = useNavigate({ from: '/endpoints' });
  const endpoints = useQuery(endpointsQuery);
  return (
    <ListPage
      title="Endpoints"
      noun="endpoint"
      about={<span>rates and latencies are of the last minute</span>}
      query={endpoints}
      columns={columns}
      byDefault={byName}
      rowId={({ name }) => name}
      textsOf={textsOf}
      filterBy="name, state, model or project"
      search={search}
      onSearch={(next, replace) => void navigate({ search: next, replace })}
      onOpen={({ name }) => void navigate({ to: '/endpoints/$name', params: { name } })}
      code={asCode()}
      none={<NoEndpoints />}
    />
  );
}

const textsOf = (endpoint: Endpoint) => [endpoint.name, stateWords(endpoint), endpoint.model, endpoint.project];

function asCode() {
  const url = `${location.origin}/api/1/endpoints`;
  return {
    cli: 'millwright endpoints list',
    curl: `curl -s ${url}`,
    python: `import json, urllib.request\nfor endpoint in json.load(urllib.request.urlopen("${url}"))["items"]:\n    print(endpoint["name"], endpoint["state"], endpoint["live"] and endpoint["live"]["version"])`,
  };
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
