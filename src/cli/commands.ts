import type { CommandEntry } from './command.ts';

/** Every top-level command; its file is loaded only when it is called. Kept sorted by group, then as people meet them. */
export const commands: readonly CommandEntry[] = [
  {
    name: 'repro',
    group: 'Data and pipelines (as DVC)',
    summary: 'Run the stages whose dependencies changed.',
    load: () => import('./repro.ts'),
  },
  {
    name: 'push',
    group: 'Data and pipelines (as DVC)',
    summary: 'Copy tracked data to a remote.',
    load: () => import('./push.ts'),
  },
  {
    name: 'fetch',
    group: 'Data and pipelines (as DVC)',
    summary: 'Copy tracked data from a remote to the cache.',
    load: () => import('./fetch.ts'),
  },
  {
    name: 'gc',
    group: 'Data and pipelines (as DVC)',
    summary: 'Remove data that nothing uses from the cache, or from a remote.',
    load: () => import('./gc.ts'),
  },
  { name: 'up', group: 'Server', summary: 'Serve API, wire protocols and pages from one process and port.', load: () => import('./up.ts') },
  { name: 'new', group: 'The loop', summary: 'Make a small project that runs at once.', load: () => import('./new.ts') },
  { name: 'runs', group: 'The loop', summary: 'List and read pipeline runs.', load: () => import('./runs.ts') },
  { name: 'lineage', group: 'The loop', summary: 'Show what an object rests on and what it led to.', load: () => import('./lineage.ts') },
  { name: 'tokens', group: 'Server', summary: 'Make, list and revoke tokens.', load: () => import('./tokens.ts') },
  { name: 'url', group: 'Server', summary: 'Print an address that signs a browser in.', load: () => import('./url.ts') },
];
