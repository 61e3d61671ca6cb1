export { startContainer } from './inference/container.ts';
export type { Served } from './inference/served.ts';
export { isLoopback } from './origin.ts';
export type { Route } from './route.ts';
export { routes } from './routes.ts';
export { startServer, type Server, type ServerOptions } from './server.ts';
