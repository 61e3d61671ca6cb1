import { healthRoutes } from './health.ts';
import { pageRoutes } from './pages.ts';
import type { Route } from './route.ts';

/** Every route of the program: one port answers them all. The pages come last and take what is left. */
export const routes: readonly Route[] = [...healthRoutes, ...pageRoutes];
