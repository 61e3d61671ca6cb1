/** Parameters of stages: read now, compared with what the lock file holds. */
import { existsSync } from 'node:fs';
import { relative } from 'node:path';
import { MillwrightError } from '../errors.ts';
import { parseParamsFile, selectParams } from '../formats/dvc/params-file.ts';
import { equals, isMapping, type Mapping, type Value } from '../formats/dvc/value.ts';
import { isFolder, readText } from './load.ts';
import type { StageParams } from './stage.ts';

/** Parameters files, each parsed once. */
export class ParamsReader {
  private readonly files = new Map<string, Value | undefined>();
  private readonly cwd: string;

  constructor(cwd: string) {
    this.cwd = cwd;
  }

  /** Undefined where the file is not there. */
  file(location: string): Value | undefined {
    if (this.files.has(location)) return this.files.get(location);
    const text = isFolder(location) ? this.refuseFolder(location) : readText(location);
    const value = text === undefined ? undefined : parseParamsFile(text, relative(this.cwd, location));
    this.files.set(location, value);
    return value;
  }

  /** A stage may have rewritten its parameters file. */
  forget(): void {
    this.files.clear();
  }

  private refuseFolder(location: string): never {
    throw new MillwrightError('DVC_FILE_INVALID', `'${relative(this.cwd, location)}' is a directory, expected a parameters file`);
  }
}

export type ParamState = 'deleted' | 'new' | 'modified';

/** What changed: the whole file, or key by key; undefined where nothing did. */
export function paramsStatus(params: StageParams, reader: ParamsReader): ParamState | Map<string, ParamState> | undefined {
  // What nothing was recorded of is new, readable or not
  if (params.recorded === undefined) return existsSync(params.location) ? 'new' : 'deleted';
  const file = reader.file(params.location);
  if (file === undefined) return 'deleted';
  const actual = selectParams(file, params.keys);
  const keys = params.keys.length > 0 ? params.keys : new Set([...actual.keys(), ...params.recorded.keys()].map(String));
  const changes = new Map<string, ParamState>();
  for (const key of keys) {
    const state = stateOf(key, actual, params.recorded);
    if (state !== undefined) changes.set(key, state);
  }
  return changes.size === 0 ? undefined : changes;
}

function stateOf(key: string, actual: Mapping, recorded: Mapping): ParamState | undefined {
  const now = byText(actual, key);
  if (now === undefined) return 'deleted';
  const then = byText(recorded, key);
  if (then === undefined) return 'new';
  return equals(now, then) ? undefined : 'modified';
}

function byText(mapping: Mapping, key: string): Value | undefined {
  return mapping.get(key) ?? [...mapping].find(([name]) => String(name) === key)?.[1] ?? (mapping.has(key) ? null : undefined);
}

/** The values to put into the lock file. Throws where the file or a key is missing. */
export function currentParams(params: StageParams, reader: ParamsReader, cwd: string): Mapping {
  const shown = relative(cwd, params.location);
  const file = reader.file(params.location);
  if (file === undefined) throw new MillwrightError('DATA_ERROR', `dependency '${shown}' does not exist: create the parameters file`);
  if (params.keys.length === 0 && !isMapping(file)) {
    throw new MillwrightError('DVC_FILE_INVALID', `the parameters file '${shown}' must hold keys and values at its top`);
  }
  const values = selectParams(file, params.keys);
  const missing = params.keys.filter((key) => !values.has(key));
  if (missing.length > 0) throw new MillwrightError('DATA_ERROR', `Parameters '${missing.join(', ')}' are missing from '${shown}'.`);
  return values;
}
