import type { Scope } from '../access/index.ts';
import type { LineageNode } from '../api/lineage.ts';
import type { App } from '../app.ts';
import { pathsOfVersion } from '../data/versions/index.ts';
import type { LineageNode as Node, NodeKind } from '../lineage/index.ts';
import { namePipelineRuns, nameStageRuns, pathOfContent, stageRunOrigins, type StageRunOrigin } from '../pipelines/runs/index.ts';
import { getRuns } from '../tracking/index.ts';

/** Gives every node the name that people call it by, and the address of its page. */
export async function presentNodes(app: Pick<App, 'db'>, scope: Scope, nodes: readonly Node[]): Promise<LineageNode[]> {
  const ids = (kind: NodeKind): string[] => nodes.filter((node) => node.kind === kind).map((node) => node.id);
  const stageRuns = new Map((await app.db.read(nameStageRuns, { scope, ids: ids('stage_run') })).map((row) => [row.id, row]));
  const pipelineRuns = new Map((await app.db.read(namePipelineRuns, { scope, ids: ids('pipeline_run') })).map((row) => [row.id, row]));
  const paths = new Map(
    await Promise.all([...ids('data_version'), ...ids('lock_entry')].map(async (id) => [id, await pathOf(app, scope, id)] as const)),
  );
  return nodes.map(({ kind, id }): LineageNode => {
    switch (kind) {
      case 'stage_run': {
        const run = stageRuns.get(id);
        return run === undefined
          ? { kind, id, label: id, href: null }
          : {
              kind,
              id,
              label: `${run.stage} · ${run.project} #${run.number}`,
              href: `/pipelines/${run.pipelineRunId}?stage=${encodeURIComponent(run.stage)}`,
            };
      }
      case 'pipeline_run': {
        const run = pipelineRuns.get(id);
        return { kind, id, label: run === undefined ? id : `${run.project} #${run.number}`, href: `/pipelines/${id}` };
      }
      case 'data_version':
      case 'lock_entry':
        return { kind, id, ...(paths.get(id) ?? { label: id, href: null }) };
      case 'run':
        return { kind, id, label: id.slice(0, 8), href: `/experiments/runs/${id}` };
      case 'model_version': {
        const [name, version] = [id.slice(0, id.lastIndexOf('/')), id.slice(id.lastIndexOf('/') + 1)];
        return { kind, id, label: `${name} v${version}`, href: `/models/${encodeURIComponent(name)}?version=${version}` };
      }
      case 'commit':
        return { kind, id, label: id.slice(0, 10), href: null };
      case 'endpoint':
        return { kind, id, label: id, href: `/endpoints/${encodeURIComponent(id)}` };
      case 'prediction':
        return { kind, id, label: id, href: `/predictions?record=${encodeURIComponent(id)}` };
      case 'logged_model':
      case 'decision':
        return { kind, id, label: id.slice(0, 10), href: null };
    }
  });
}

/** More runs than these, and more params of each, are not told. */
const limits = { runs: 100, params: 200 };

/** Parameters of the runs and stage runs among these, by `<kind> <id>`. */
export async function paramsOf(
  app: Pick<App, 'db'>,
  scope: Scope,
  nodes: readonly Node[],
): Promise<Map<string, Required<Pick<LineageNode, 'params'>>>> {
  const ids = (kind: NodeKind): string[] =>
    [...new Set(nodes.filter((node) => node.kind === kind).map(({ id }) => id))].slice(0, limits.runs);
  const [runs, stages] = await Promise.all([
    app.db.read(getRuns, { scope, runIds: ids('run') }),
    app.db.read(stageRunOrigins, { scope, ids: ids('stage_run') }),
  ]);
  const ofRuns = runs.map(({ info, params }) => [`run ${info.runId}`, params.map(({ name, value }) => ({ name, value }))] as const);
  const ofStages = stages.map(({ id, params }) => [`stage_run ${id}`, declared(params)] as const);
  return new Map([...ofRuns, ...ofStages].map(([key, params]) => [key, { params: params.slice(0, limits.params) }]));
}

function declared(files: StageRunOrigin['params']): { name: string; value: string }[] {
  return Object.entries(files).flatMap(([file, values]) =>
    Object.entries(values).map(([name, value]) => ({ name: `${file}: ${name}`, value: JSON.stringify(value) })),
  );
}

async function pathOf(app: Pick<App, 'db'>, scope: Scope, id: string): Promise<{ label: string; href: string | null }> {
  const [algorithm, hash] = [id.slice(0, id.indexOf(':')), id.slice(id.indexOf(':') + 1)];
  const [place] = await app.db.read(pathsOfVersion, { scope, algorithm, hash });
  if (place === undefined) {
    const used = await app.db.read(pathOfContent, { scope, algorithm, hash });
    if (used === undefined) return { label: hash.slice(0, 10), href: null };
    return {
      label: `${used.path} @ ${hash.slice(0, 8)}`,
      href: `/pipelines/${used.pipelineRunId}?stage=${encodeURIComponent(used.stage)}`,
    };
  }
  return {
    label: `${place.path} @ ${hash.slice(0, 8)}`,
    href: `/data?project=${encodeURIComponent(place.project)}&path=${encodeURIComponent(place.path)}`,
  };
}
