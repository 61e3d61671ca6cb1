import type { DatasetList, DatasetVersionList } from '../api/datasets.ts';
import { listDatasets, listDatasetVersions } from '../data/versions/index.ts';
import { nameStageRuns, stagesOfPaths } from '../pipelines/runs/index.ts';
import { requiredQuery } from './query.ts';
import type { Call, Route } from './route.ts';

export const datasetRoutes: readonly Route[] = [
  { method: 'GET', url: '/api/1/datasets', action: 'read', body: 'none', handler: list },
  { method: 'GET', url: '/api/1/datasets/versions', action: 'read', body: 'none', query: ['project', 'path'], handler: versions },
];

async function list({ app, principal }: Call): Promise<DatasetList> {
  const [datasets, uses] = await Promise.all([
    app.db.read(listDatasets, { scope: principal, limit: 5000 }),
    app.db.read(stagesOfPaths, { scope: principal }),
  ]);
  const stages = Map.groupBy(uses, (use) => `${use.project}\n${use.path}`);
  return {
    items: datasets.map((dataset) => {
      const own = stages.get(`${dataset.project}\n${dataset.path}`) ?? [];
      return {
        ...dataset,
        readBy: own.filter((use) => use.direction === 'in').map((use) => use.stage),
        writtenBy: own.find((use) => use.direction === 'out')?.stage ?? null,
      };
    }),
  };
}

async function versions({ app, principal, query }: Call): Promise<DatasetVersionList> {
  const rows = await app.db.read(listDatasetVersions, {
    scope: principal,
    project: requiredQuery(query, 'project'),
    path: requiredQuery(query, 'path'),
  });
  const makers = await app.db.read(nameStageRuns, { scope: principal, ids: rows.flatMap((row) => row.stageRunId ?? []) });
  const runOf = new Map(makers.map((maker) => [maker.id, maker.pipelineRunId]));
  return { items: rows.map((row) => ({ ...row, pipelineRunId: row.stageRunId === null ? null : (runOf.get(row.stageRunId) ?? null) })) };
}
