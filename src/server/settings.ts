import { actions, isAllowed } from '../access/index.ts';
import type { Settings } from '../api/settings.ts';
import { version } from '../version.ts';
import type { Call, Route } from './route.ts';

const startedAt = Date.now();

export const settingsRoutes: readonly Route[] = [
  { method: 'GET', url: '/api/1/settings', action: 'read', body: 'none', handler: settings },
];

async function settings({ app, principal }: Call): Promise<Settings> {
  return {
    version,
    node: process.versions.node,
    ...app.storage,
    startedAt,
    principal: { name: principal.name, role: principal.role, actions: actions.filter((action) => isAllowed(principal.role, action)) },
  };
}
