import { TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { Model } from '../../../../src/api/models.ts';
import { Asked } from '../../ui/asked.tsx';
import { DataTable, type Column } from '../../ui/data-table.tsx';
import { Empty } from '../../ui/empty.tsx';
import { plural } from '../../ui/format.ts';
import { Page } from '../../ui/page.tsx';
import { Age } from '../../ui/time.tsx';
import { modelsQuery } from './model-queries.ts';
import { standingsOf, titleOf } from './standing.ts';
import './models.css';

const route = getRouteApi('/models');

const columns: readonly Column<Model>[] = [
  {
    id: 'name',
    title: 'Model',
    width: 220,
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
    cell: (model) => {
      const standings = standingsOf(model);
      if (standings.length === 0) return <span className="dim">no version</span>;
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
  { id: 'newest', title: 'Newest', width: 80, cell: ({ latestVersions }) => newest(latestVersions) },
  {
    id: 'gate',
    title: 'Gate',
    width: 320,
    grow: true,
    cell: ({ gate }) => (gate === null ? <span className="dim">none</span> : <code title={gate.expression}>{gate.expression}</code>),
  },
  { id: 'updated', title: 'Changed', width: 100, cell: ({ updatedAt }) => <Age at={updatedAt} /> },
];

/** Each model, with what is promoted of it and what guards that. */
export function ModelsPage() {
  const { filter = '' } = route.useSearch();
  const navigate = useNavigate();
  const models = useQuery(modelsQuery);
  const rows = useMemo(
    () => (models.data ?? []).filter(({ name }) => name.toLowerCase().includes(filter.toLowerCase())),
    [models.data, filter],
  );
  return (
    <Page title="Models" fill about={<span>{models.data === undefined ? ' ' : plural(rows.length, 'model')}</span>}>
      <Asked query={models}>
        {(all) =>
          all.length === 0 ? (
            <NoModels />
          ) : (
            <>
              <TextInput
                data-filter
                className="model-filter"
                aria-label="Filter models"
                placeholder="Filter by name  ( / )"
                value={filter}
                onChange={(event) =>
                  void navigate({ to: '/models', search: { filter: event.currentTarget.value || undefined }, replace: true })
                }
              />
              <DataTable
                fill
                label="Models"
                name="models"
                columns={columns}
                rows={rows}
                rowId={({ name }) => name}
                onOpen={({ name }) => void navigate({ to: '/models/$name', params: { name } })}
              />
            </>
          )
        }
      </Asked>
    </Page>
  );
}

function newest(versions: Model['latestVersions']) {
  return versions.length === 0 ? <span className="dim">–</span> : `v${Math.max(...versions.map(({ version }) => version))}`;
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
