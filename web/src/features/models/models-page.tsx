import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import type { Model } from '../../../../src/api/models.ts';
import { Empty } from '../../ui/empty.tsx';
import { ListPage } from '../../ui/list-page.tsx';
import { timeValue, type ValueColumn } from '../../ui/list-view.ts';
import { Age } from '../../ui/time.tsx';
import { modelsQuery } from './model-queries.ts';
import { standingsOf, titleOf } from './standing.ts';
import './models.css';

const route = getRouteApi('/models');

const newestOf = ({ latestVersions }: Model): number | null =>
  latestVersions.length === 0 ? null : Math.max(...latestVersions.map(({ version }) => version));

const columns: readonly ValueColumn<Model>[] = [
  {
    id: 'name',
    title: 'Model',
    width: 220,
    sortable: true,
    sortsFirst: 'ascending',
    value: ({ name }) => name,
    cell: ({ name }) => (
      <Link to="/models/$name" params={{ name }} className="table-name">
        {name}
      </Link>
    ),
  },
  {
    id: 'standing',
    title: 'Promoted',
    width: 260,
    value: (model) =>
      standingsOf(model)
        .map((standing) => `${titleOf(standing)} ${standing.version}`)
        .join(', '),
    cell: (model) => {
      const standings = standingsOf(model);
      if (standings.length === 0) return <span className="dim">none</span>;
      return (
        <span className="standings">
          {standings.map((standing) => (
            <span key={titleOf(standing)} className="mark">
              {titleOf(standing)} <b>v{standing.version}</b>
            </span>
          ))}
        </span>
      );
    },
  },
  {
    id: 'newest',
    title: 'Newest',
    width: 86,
    sortable: true,
    value: newestOf,
    cell: (model) => {
      const newest = newestOf(model);
      return newest === null ? <span className="dim">–</span> : `v${newest}`;
    },
  },
  {
    id: 'gate',
    title: 'Gate',
    width: 320,
    grow: true,
    sortable: true,
    sortsFirst: 'ascending',
    value: ({ gate }) => gate?.expression ?? null,
    cell: ({ gate }) => (gate === null ? <span className="dim">none</span> : <code title={gate.expression}>{gate.expression}</code>),
  },
  {
    id: 'updated',
    title: 'Changed',
    width: 100,
    sortable: true,
    value: ({ updatedAt }) => timeValue(updatedAt),
    cell: ({ updatedAt }) => <Age at={updatedAt} />,
  },
];

const byName = { column: 'name', descending: false };
const textsOf = ({ name }: Model) => [name];

/** Each model, with what is promoted of it and what guards that. */
export function ModelsPage() {
  const search = route.useSearch();
  const navigate = useNavigate({ from: '/models' });
  const models = useQuery(modelsQuery);
  return (
    <ListPage
      title="Models"
      noun="model"
      query={models}
      columns={columns}
      byDefault={byName}
      rowId={({ name }) => name}
      textsOf={textsOf}
      filterBy="name"
      search={search}
      onSearch={(next, replace) => void navigate({ search: next, replace })}
      onOpen={({ name }) => void navigate({ to: '/models/$name', params: { name } })}
      code={asCode()}
      none={<NoModels />}
    />
  );
}

function asCode() {
  return {
    cli: 'millwright models list',
    curl: `curl -s ${location.origin}/api/1/models`,
    python: `import mlflow\nmlflow.set_tracking_uri("${location.origin}")\nfor model in mlflow.search_registered_models():\n    print(model.name, model.aliases)`,
  };
}

function NoModels() {
  return (
    <Empty
      commands={[
        `import mlflow\nmlflow.set_tracking_uri("${location.origin}")\nmlflow.sklearn.log_model(model, name="model", registered_model_name="load-forecaster")`,
        'millwright models promote load-forecaster 1 --alias champion',
      ]}
    >
      No models registered yet. Register one as it is logged, then give its version an alias; a gate in <code>millwright.yaml</code> decides
      which version may have it:
    </Empty>
  );
}
