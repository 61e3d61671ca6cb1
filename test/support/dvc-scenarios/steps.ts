import type { Scenario, Step } from '../transcript.ts';

export const write = (path: string, text: string, mode?: string): Step => ({ write: path, text, ...(mode === undefined ? {} : { mode }) });
export const dvc = (words: string, cd?: string): Step => ({ dvc: words, ...(cd === undefined ? {} : { cd }) });
export const sh = (command: string, cd?: string): Step => ({ sh: command, ...(cd === undefined ? {} : { cd }) });
export const snapshot: Step = { snapshot: true };
export const inRepository = (name: string, ...steps: readonly Step[]): Scenario => ({ name, begins: 'in a repository', steps });
