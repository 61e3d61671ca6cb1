import type { CommandEntry } from './command.ts';

/** Every top-level command; its file is loaded only when it is called. Kept sorted by group, then as people meet them. */
export const commands: readonly CommandEntry[] = [
  { name: 'init', group: 'Data and pipelines (as DVC)', summary: 'Make a DVC repository here.', load: () => import('./init.ts') },
  { name: 'add', group: 'Data and pipelines (as DVC)', summary: 'Track files and folders.', load: () => import('./add.ts') },
  { name: 'status', group: 'Data and pipelines (as DVC)', summary: 'Show what is not up to date.', load: () => import('./status.ts') },
  { name: 'commit', group: 'Data and pipelines (as DVC)', summary: 'Record what outputs hold now.', load: () => import('./commit.ts') },
  {
    name: 'checkout',
    group: 'Data and pipelines (as DVC)',
    summary: 'Make the work tree what the DVC files record.',
    load: () => import('./checkout.ts'),
  },
  {
    name: 'diff',
    group: 'Data and pipelines (as DVC)',
    summary: 'Show how data differs between commits, or from the work tree.',
    load: () => import('./diff.ts'),
  },
  { name: 'data', group: 'Data and pipelines (as DVC)', summary: 'Show changes of data: data status.', load: () => import('./data.ts') },
  { name: 'remote', group: 'Data and pipelines (as DVC)', summary: 'Manage remotes.', load: () => import('./remote-config.ts') },
  { name: 'config', group: 'Data and pipelines (as DVC)', summary: 'Get and set options.', load: () => import('./config.ts') },
  { name: 'cache', group: 'Data and pipelines (as DVC)', summary: 'Manage the cache.', load: () => import('./cache.ts') },
  {
    name: 'check-ignore',
    group: 'Data and pipelines (as DVC)',
    summary: 'Say whether .dvcignore names a path.',
    load: () => import('./check-ignore.ts'),
  },
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
  { name: 'stage', group: 'Data and pipelines (as DVC)', summary: 'Add and list stages.', load: () => import('./stage.ts') },
  { name: 'freeze', group: 'Data and pipelines (as DVC)', summary: 'Keep stages from running.', load: () => import('./freeze.ts') },
  { name: 'unfreeze', group: 'Data and pipelines (as DVC)', summary: 'Let frozen stages run again.', load: () => import('./unfreeze.ts') },
  { name: 'up', group: 'Server', summary: 'Serve API, wire protocols and pages from one process and port.', load: () => import('./up.ts') },
  { name: 'new', group: 'The loop', summary: 'Make a small project that runs at once.', load: () => import('./new.ts') },
  { name: 'runs', group: 'The loop', summary: 'List and read pipeline runs.', load: () => import('./runs.ts') },
  { name: 'lineage', group: 'The loop', summary: 'Show what an object rests on and what it led to.', load: () => import('./lineage.ts') },
  { name: 'tokens', group: 'Server', summary: 'Make, list and revoke tokens.', load: () => import('./tokens.ts') },
  { name: 'url', group: 'Server', summary: 'Print an address that signs a browser in.', load: () => import('./url.ts') },
];
