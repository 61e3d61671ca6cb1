import type { CommandEntry } from './command.ts';
import type { LocalVerb } from './local-verbs.ts';

const local =
  (name: LocalVerb): CommandEntry['load'] =>
  async () =>
    (await import('./local-verbs.ts')).localVerbs[name];

/** Every top-level command; its file is loaded only when it is called. Kept sorted by group, then as people meet them. */
export const commands: readonly CommandEntry[] = [
  { name: 'init', group: 'Data and pipelines (as DVC)', summary: 'Make a DVC repository here.', load: local('init') },
  { name: 'add', group: 'Data and pipelines (as DVC)', summary: 'Track files and folders.', load: local('add') },
  { name: 'status', group: 'Data and pipelines (as DVC)', summary: 'Show what is not up to date.', load: local('status') },
  { name: 'commit', group: 'Data and pipelines (as DVC)', summary: 'Record what outputs hold now.', load: local('commit') },
  {
    name: 'checkout',
    group: 'Data and pipelines (as DVC)',
    summary: 'Make the work tree what the DVC files record.',
    load: local('checkout'),
  },
  {
    name: 'diff',
    group: 'Data and pipelines (as DVC)',
    summary: 'Show how data differs between commits, or from the work tree.',
    load: local('diff'),
  },
  { name: 'data', group: 'Data and pipelines (as DVC)', summary: 'Show changes of data: data status.', load: local('data') },
  { name: 'remote', group: 'Data and pipelines (as DVC)', summary: 'Manage remotes.', load: local('remote-config') },
  { name: 'config', group: 'Data and pipelines (as DVC)', summary: 'Get and set options.', load: local('config') },
  { name: 'cache', group: 'Data and pipelines (as DVC)', summary: 'Manage the cache.', load: local('cache') },
  { name: 'remove', alias: 'rm', group: 'Data and pipelines (as DVC)', summary: 'Stop tracking data.', load: local('remove') },
  { name: 'move', alias: 'mv', group: 'Data and pipelines (as DVC)', summary: 'Rename tracked data.', load: local('move') },
  {
    name: 'unprotect',
    group: 'Data and pipelines (as DVC)',
    summary: 'Make files linked to the cache writable copies.',
    load: local('unprotect'),
  },
  {
    name: 'version',
    alias: 'doctor',
    group: 'Data and pipelines (as DVC)',
    summary: 'Show what runs here: version, platform, cache, remotes.',
    load: local('version'),
  },
  { name: 'root', group: 'Data and pipelines (as DVC)', summary: 'Print where the repository begins.', load: local('root') },
  {
    name: 'check-ignore',
    group: 'Data and pipelines (as DVC)',
    summary: 'Say whether .dvcignore names a path.',
    load: local('check-ignore'),
  },
  {
    name: 'repro',
    group: 'Data and pipelines (as DVC)',
    summary: 'Run the stages whose dependencies changed.',
    load: local('repro'),
  },
  {
    name: 'push',
    group: 'Data and pipelines (as DVC)',
    summary: 'Copy tracked data to a remote.',
    load: local('push'),
  },
  {
    name: 'pull',
    group: 'Data and pipelines (as DVC)',
    summary: 'Bring tracked data from a remote into the work tree.',
    load: local('pull'),
  },
  {
    name: 'fetch',
    group: 'Data and pipelines (as DVC)',
    summary: 'Copy tracked data from a remote to the cache.',
    load: local('fetch'),
  },
  {
    name: 'gc',
    group: 'Data and pipelines (as DVC)',
    summary: 'Remove data that nothing uses from the cache, or from a remote.',
    load: local('gc'),
  },
  { name: 'stage', group: 'Data and pipelines (as DVC)', summary: 'Add and list stages.', load: local('stage') },
  { name: 'freeze', group: 'Data and pipelines (as DVC)', summary: 'Keep stages from running.', load: local('freeze') },
  { name: 'unfreeze', group: 'Data and pipelines (as DVC)', summary: 'Let frozen stages run again.', load: local('unfreeze') },
  { name: 'metrics', group: 'Data and pipelines (as DVC)', summary: 'Show and compare metrics.', load: local('metrics') },
  { name: 'params', group: 'Data and pipelines (as DVC)', summary: 'Compare parameters.', load: local('params') },
  { name: 'dag', group: 'Data and pipelines (as DVC)', summary: 'Draw the graph of stages.', load: local('dag') },
  { name: 'up', group: 'Server', summary: 'Serve API, wire protocols and pages from one process and port.', load: () => import('./up.ts') },
  { name: 'new', group: 'The loop', summary: 'Make a small project that runs at once.', load: () => import('./new.ts') },
  { name: 'runs', group: 'The loop', summary: 'List, read and compare pipeline runs.', load: () => import('./runs.ts') },
  {
    name: 'models',
    group: 'The loop',
    summary: 'List models, show their decisions, promote and roll back.',
    load: () => import('./models.ts'),
  },
  { name: 'serve', group: 'Server', summary: 'Serve one model at the root of a port of its own.', load: () => import('./serve.ts') },
  {
    name: 'datasets',
    group: 'The loop',
    summary: 'List datasets; read, profile and compare their versions.',
    load: () => import('./datasets.ts'),
  },
  {
    name: 'endpoints',
    group: 'The loop',
    summary: 'Declare, show, roll back and remove endpoints.',
    load: () => import('./endpoints.ts'),
  },
  { name: 'lineage', group: 'The loop', summary: 'Show what an object rests on and what it led to.', load: () => import('./lineage.ts') },
  {
    name: 'predictions',
    group: 'The loop',
    summary: 'Search what endpoints predicted, and send records of models served elsewhere.',
    load: () => import('./predictions.ts'),
  },
  { name: 'tokens', group: 'Server', summary: 'Make, list and revoke tokens.', load: () => import('./tokens.ts') },
  { name: 'url', group: 'Server', summary: 'Print an address that signs a browser in.', load: () => import('./url.ts') },
];
