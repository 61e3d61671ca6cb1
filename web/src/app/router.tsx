import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { begin } from './begin.ts';
import { keeping, parseSearch, stringifySearch } from './search.ts';
import { Shell } from './shell.tsx';
import { Page } from '../ui/page.tsx';
import { Empty } from '../ui/empty.tsx';
import { Problem } from '../ui/problem.tsx';

const root = createRootRoute({ component: Shell });

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  loader: begin.home,
  component: lazyRouteComponent(() => import('../features/home/home-page.tsx'), 'HomePage'),
});

const data = createRoute({
  getParentRoute: () => root,
  path: '/data',
  validateSearch: keeping('project', 'path', 'filter', 'sort', 'cols', 'version', 'tab', 'file', 'from'),
  loader: ({ location }) => begin.data(parseSearch(location.searchStr)),
  component: lazyRouteComponent(() => import('../features/data/data-page.tsx'), 'DataPage'),
});

const pipelines = createRoute({
  getParentRoute: () => root,
  path: '/pipelines',
  validateSearch: keeping('project', 'runs'),
  loader: ({ location }) => begin.pipelines(parseSearch(location.searchStr)),
  component: lazyRouteComponent(() => import('../features/pipelines/pipeline-runs-page.tsx'), 'PipelineRunsPage'),
});

const comparePipelineRuns = createRoute({
  getParentRoute: () => root,
  path: '/pipelines/compare',
  validateSearch: keeping('from', 'to', 'only'),
  component: lazyRouteComponent(() => import('../features/pipelines/compare-runs-page.tsx'), 'CompareRunsPage'),
});

const pipelineRun = createRoute({
  getParentRoute: () => root,
  path: '/pipelines/$id',
  validateSearch: keeping('stage', 'tab'),
  loader: ({ params }) => begin.pipelineRun(params.id),
  component: lazyRouteComponent(() => import('../features/pipelines/pipeline-run-page.tsx'), 'PipelineRunPage'),
});

const experiments = createRoute({
  getParentRoute: () => root,
  path: '/experiments',
  validateSearch: keeping('exp', 'filter', 'sort', 'cols', 'view', 'runs', 'flat'),
  loader: ({ location }) => begin.experiments(parseSearch(location.searchStr)),
  component: lazyRouteComponent(() => import('../features/experiments/runs-page.tsx'), 'RunsPage'),
});

const compare = createRoute({
  getParentRoute: () => root,
  path: '/experiments/compare',
  validateSearch: keeping('runs', 'tab', 'metrics', 'x', 'log', 'smooth', 'zoom', 'only'),
  component: lazyRouteComponent(() => import('../features/experiments/compare-page.tsx'), 'ComparePage'),
});

const run = createRoute({
  getParentRoute: () => root,
  path: '/experiments/runs/$runId',
  validateSearch: keeping('tab', 'artifact', 'metrics', 'x', 'log', 'smooth', 'zoom'),
  loader: ({ params }) => begin.run(params.runId),
  component: lazyRouteComponent(() => import('../features/experiments/run-page.tsx'), 'RunPage'),
});

const models = createRoute({
  getParentRoute: () => root,
  path: '/models',
  validateSearch: keeping('filter', 'sort', 'cols'),
  loader: begin.models,
  component: lazyRouteComponent(() => import('../features/models/models-page.tsx'), 'ModelsPage'),
});

const model = createRoute({
  getParentRoute: () => root,
  path: '/models/$name',
  validateSearch: keeping('version'),
  loader: ({ params }) => begin.model(params.name),
  component: lazyRouteComponent(() => import('../features/models/model-page.tsx'), 'ModelPage'),
});

const endpoints = createRoute({
  getParentRoute: () => root,
  path: '/endpoints',
  validateSearch: keeping('filter', 'sort', 'cols'),
  loader: begin.endpoints,
  component: lazyRouteComponent(() => import('../features/endpoints/endpoints-page.tsx'), 'EndpointsPage'),
});

const endpoint = createRoute({
  getParentRoute: () => root,
  path: '/endpoints/$name',
  validateSearch: keeping('range', 'zoom'),
  loader: ({ params }) => begin.endpoint(params.name),
  component: lazyRouteComponent(() => import('../features/endpoints/endpoint-page.tsx'), 'EndpointPage'),
});

const predictions = createRoute({
  getParentRoute: () => root,
  path: '/predictions',
  validateSearch: keeping('endpoint', 'version', 'outcome', 'range', 'filter', 'text', 'cols', 'record'),
  loader: ({ location }) => begin.predictions(parseSearch(location.searchStr)),
  component: lazyRouteComponent(() => import('../features/predictions/predictions-page.tsx'), 'PredictionsPage'),
});

const lineage = createRoute({
  getParentRoute: () => root,
  path: '/lineage',
  validateSearch: keeping('kind', 'id', 'depth', 'tab', 'find', 'endpoint'),
  loader: ({ location }) => begin.lineage(parseSearch(location.searchStr)),
  component: lazyRouteComponent(() => import('../features/lineage/lineage-page.tsx'), 'LineagePage'),
});

const settings = createRoute({
  getParentRoute: () => root,
  path: '/settings',
  loader: begin.settings,
  component: lazyRouteComponent(() => import('../features/settings/settings-page.tsx'), 'SettingsPage'),
});

export const router = createRouter({
  routeTree: root.addChildren([
    home,
    data,
    pipelines,
    comparePipelineRuns,
    pipelineRun,
    experiments,
    compare,
    run,
    models,
    model,
    endpoints,
    endpoint,
    predictions,
    lineage,
    settings,
  ]),
  parseSearch,
  stringifySearch,
  defaultPreload: 'intent',
  defaultErrorComponent: ({ error, reset }) => (
    <Page title="Something went wrong">
      <Problem error={error} onRetry={reset} />
    </Page>
  ),
  defaultNotFoundComponent: () => (
    <Page title="No such page">
      <Empty>Nothing stands at this address. The pages are named on the left.</Empty>
    </Page>
  ),
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
