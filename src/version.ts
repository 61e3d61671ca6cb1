import { readFileSync } from 'node:fs';
import { runtimeFile } from './runtime-files.ts';

/** The version of the package, as `package.json` beside the bundle states it. */
export const version: string = (JSON.parse(readFileSync(runtimeFile('../package.json'), 'utf8')) as { version: string }).version;
