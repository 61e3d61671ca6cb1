/** What `mlflow.deployments.get_deploy_client("http://…")` asks besides `/endpoints/<name>/invocations`: which endpoints there are. */
import { mlflowError } from '../mlflow/errors.ts';
import type { Call, Route } from '../route.ts';
import { whyNotServed } from './not-served.ts';
import { NotServed } from './served.ts';

const base = '/api/2.0/endpoints/';
const rule = { method: 'GET', action: 'predict', body: 'none', onError: mlflowError } as const;

export const deploymentRoutes: readonly Route[] = [
  {
    ...rule,
    url: base,
    handler: async (call) => ({ endpoints: call.app.endpoints.names(call.principal).flatMap((name) => describe(call, name) ?? []) }),
  },
  {
    ...rule,
    url: `${base}:name`,
    async handler(call) {
      const name = call.params['name']!;
      const found = describe(call, name);
      if (found === undefined) throw await whyNotServed(call, new NotServed(name));
      return found;
    },
  },
];

function describe({ app, principal }: Call, name: string): object | undefined {
  const live = app.endpoints.find(principal, name);
  if (live === undefined) return undefined;
  return {
    name,
    endpoint_type: 'mlflow/scoring',
    model: { name: live.version.name, provider: 'millwright' },
    endpoint_url: `/endpoints/${encodeURIComponent(name)}/invocations`,
    limit: null,
  };
}
