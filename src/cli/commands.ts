import type { CommandEntry } from './command.ts';

/** Every top-level command; its file is loaded only when it is called. Kept sorted by group, then as people meet them. */
export const commands: readonly CommandEntry[] = [];
