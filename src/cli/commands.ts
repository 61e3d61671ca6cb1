import type { CommandEntry } from './command.ts';

/** Every top-level command; its file is loaded only when it is called. Kept sorted by group, then as people meet them. */
export const commands: readonly CommandEntry[] = [
  { name: 'up', group: 'Server', summary: 'Serve API, wire protocols and pages from one process and port.', load: () => import('./up.ts') },
];
