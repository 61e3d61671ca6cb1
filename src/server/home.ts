import type { Endpoint } from '../api/endpoints.ts';
import type { Home, Station } from '../api/home.ts';
import { listDatasets } from '../data/versions/index.ts';
import { listEvents, type Event, type EventKind } from '../events/index.ts';
import { countPipelineRuns, listPipelineRuns, type PipelineRunRow } from '../pipelines/runs/index.ts';
import { countModels } from '../registry/index.ts';
import { countRuns } from '../tracking/index.ts';
import { describeEndpoints } from './endpoint-standing.ts';
import type { Call, Route } from './route.ts';

export const homeRoutes: readonly Route[] = [{ method: 'GET', url: '/api/1/home', action: 'read', body: 'none', handler: home }];

const modelKinds: readonly EventKind[] = ['model_version.created', 'alias.moved', 'stage.moved', 'gate.refused'];

/** The loop's stations with the newest thing that happened at each, and what waits for a person. */
async function home(call: Call): Promise<Home> {
  const { app, principal: scope } = call;
  const newest = (kinds: readonly EventKind[]): Promise<Event[]> => app.db.read(listEvents, { scope, kinds, limit: 1 });
  const [datasets, pipelineRuns, [run], [model], endpoints, counts] = await Promise.all([
    app.db.read(listDatasets, { scope, limit: 5000 }),
    app.db.read(listPipelineRuns, { scope, limit: 20 }),
    newest(['run.created', 'run.ended']),
    newest(modelKinds),
    describeEndpoints(call),
    countOf(call),
  ]);
  const [dataset] = datasets;
  const stations: Station[] = [
    {
      name: 'data',
      state: dataset === undefined ? 'empty' : 'fine',
      headline: dataset === undefined ? 'No data versions yet' : `${dataset.path} (${dataset.project})`,
      at: dataset?.seenAt ?? null,
      href: '/data',
      count: datasets.length,
    },
    pipelineStation(pipelineRuns, counts.pipelineRuns),
    {
      name: 'run',
      state: run === undefined ? 'empty' : run.kind === 'run.created' ? 'working' : 'fine',
      headline:
        run === undefined
          ? 'No runs yet'
          : `${String(run.data['name'] ?? run.subjectId.slice(0, 8))} ${run.kind === 'run.created' ? 'began' : 'ended'}`,
      at: run?.at ?? null,
      href: run === undefined ? '/experiments' : `/experiments/runs/${run.subjectId}`,
      count: counts.runs,
    },
    modelStation(model, counts.models),
    endpointStation(endpoints),
  ];
  return { stations, needsYou: [...needs(pipelineRuns, model), ...endpoints.flatMap(needOf)] };
}

async function countOf({ app, principal: scope }: Call): Promise<{ pipelineRuns: number; runs: number; models: number }> {
  const [pipelineRuns, runs, models] = await Promise.all([
    app.db.read(countPipelineRuns, { scope }),
    app.db.read(countRuns, { scope }),
    app.db.read(countModels, { scope }),
  ]);
  return { pipelineRuns, runs, models };
}

function pipelineStation(runs: readonly PipelineRunRow[], count: number): Station {
  const [newest] = runs;
  const base = { name: 'pipeline', href: newest === undefined ? '/pipelines' : `/pipelines/${newest.id}`, count } as const;
  if (newest === undefined) return { ...base, state: 'empty', headline: 'No pipeline runs yet', at: null };
  const state = newest.state === 'running' ? 'working' : newest.state === 'succeeded' ? 'fine' : 'needs you';
  return { ...base, state, headline: `${newest.project} #${newest.number} ${newest.state}`, at: newest.endedAt ?? newest.startedAt };
}

function modelStation(event: Event | undefined, count: number): Station {
  const base = { name: 'model', href: event === undefined ? '/models' : `/models/${encodeURIComponent(modelOf(event))}`, count } as const;
  if (event === undefined) return { ...base, state: 'empty', headline: 'No models yet', at: null };
  return { ...base, state: event.kind === 'gate.refused' ? 'needs you' : 'fine', headline: headlineOf(event), at: event.at };
}

/** What waits for somebody comes first, then what is on its way, then what changed last. */
function endpointStation(endpoints: readonly Endpoint[]): Station {
  const worst =
    endpoints.find((endpoint) => needOf(endpoint).length > 0) ??
    endpoints.find(isMoving) ??
    endpoints.toSorted((a, b) => changedAt(b) - changedAt(a))[0];
  const base = { name: 'endpoint', href: worst === undefined ? '/endpoints' : hrefOf(worst), count: endpoints.length } as const;
  if (worst === undefined) return { ...base, state: 'empty', headline: 'No endpoints yet', at: null };
  const state = needOf(worst).length > 0 ? 'needs you' : isMoving(worst) ? 'working' : worst.live === null ? 'empty' : 'fine';
  return { ...base, state, headline: standingOf(worst), at: worst.problem?.at ?? changedAt(worst) };
}

function isMoving({ state }: Pick<Endpoint, 'state'>): boolean {
  return state === 'starting' || state === 'swapping';
}

function standingOf({ name, state, live, target, problem }: Endpoint): string {
  const meanwhile = live === null ? 'nothing serves' : `v${live.version} serves on`;
  if (problem !== null) return `${name} could not take v${problem.version}: ${meanwhile}`;
  if (state === 'not ready') return `${name}: no worker of v${live?.version ?? '?'} is ready`;
  if (isMoving({ state })) return `${name} tries v${target?.version ?? '?'}: ${meanwhile}`;
  return live === null ? `${name} waits for a version` : `${name} serves ${live.model} v${live.version}`;
}

function changedAt({ live, updatedAt }: Endpoint): number {
  return live?.since ?? updatedAt;
}

function hrefOf({ name }: Endpoint): string {
  return `/endpoints/${encodeURIComponent(name)}`;
}

function needOf(endpoint: Endpoint): Home['needsYou'] {
  const { problem, state } = endpoint;
  if (problem === null && state !== 'not ready') return [];
  const [reason = ''] = (problem?.message ?? '').split('\n', 1);
  const text = `${standingOf(endpoint)}${reason === '' ? '' : `. ${reason}`}`;
  return [{ text, href: hrefOf(endpoint), at: problem?.at ?? changedAt(endpoint) }];
}

/** Model versions are subjects by `<name>/<version>`. */
function modelOf(event: Event): string {
  return event.subjectKind === 'model_version' ? event.subjectId.slice(0, event.subjectId.lastIndexOf('/')) : event.subjectId;
}

function headlineOf(event: Event): string {
  const what = event.subjectId.replace(/\/(\d+)$/, ' v$1');
  if (event.kind === 'model_version.created') return `${what} registered`;
  if (event.kind === 'alias.moved') return `${what} is ${String(event.data['alias'])}`;
  if (event.kind === 'stage.moved') return `${what} is in ${String(event.data['stage'])}`;
  return `the gate refused ${what}`;
}

/** A project whose newest run failed, and a model whose newest event is a refusal. */
function needs(runs: readonly PipelineRunRow[], model: Event | undefined): Home['needsYou'] {
  const newest = new Map<string, PipelineRunRow>();
  for (const run of runs) if (!newest.has(run.project)) newest.set(run.project, run);
  const failed = [...newest.values()].filter((run) => run.state === 'failed');
  return [
    ...failed.map((run) => ({
      text: `${run.project} #${run.number} ${run.state}${run.message === null ? '' : `: ${run.message}`}`,
      href: `/pipelines/${run.id}`,
      at: run.endedAt ?? run.startedAt,
    })),
    ...(model?.kind === 'gate.refused'
      ? [{ text: headlineOf(model), href: `/models/${encodeURIComponent(modelOf(model))}`, at: model.at }]
      : []),
  ];
}
