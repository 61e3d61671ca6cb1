/** How a stage stands in dvc.yaml: the order and sorting that `stage add` and `freeze` of DVC write. */
import { defaultParamsFile, type ParamsDependency, type StageDefinition, type StageOutput } from '../formats/dvc/stage-definition.ts';
import type { Mapping, Value } from '../formats/dvc/value.ts';
import { compareCodePoints } from '../lib/code-points.ts';

export type WrittenStage = Pick<
  StageDefinition,
  'name' | 'cmd' | 'wdir' | 'deps' | 'params' | 'outs' | 'frozen' | 'alwaysChanged' | 'desc' | 'meta'
>;

export function stageEntry(stage: WrittenStage): Mapping {
  const outs = stage.outs.toSorted((a, b) => compareCodePoints(a.path, b.path));
  const section = (kind: StageOutput['kind']): Value[] => outs.filter((out) => out.kind === kind).map(outputItem);
  const entry: Mapping = new Map();
  const fields: [string, Value | undefined][] = [
    ['desc', stage.desc],
    ['cmd', typeof stage.cmd === 'object' ? [...stage.cmd] : stage.cmd],
    ['wdir', stage.wdir === '.' ? undefined : stage.wdir],
    ['deps', stage.deps.toSorted(compareCodePoints)],
    ['params', paramsItems(stage.params)],
    ['outs', section('outs')],
    ['metrics', section('metrics')],
    ['plots', section('plots')],
    ['frozen', stage.frozen],
    ['always_changed', stage.alwaysChanged],
    ['meta', stage.meta],
  ];
  for (const [key, value] of fields) if (value !== undefined && !isEmpty(value)) entry.set(key, value);
  return entry;
}

/** Python's falsity: such fields are not written. */
function isEmpty(value: Value): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return value instanceof Map ? value.size === 0 : value === null || value === false || value === '';
}

function outputItem(out: StageOutput): Value {
  const flags: Mapping = new Map();
  for (const key of ['desc', 'type', 'labels', 'meta']) {
    const value = out.annotations.get(key);
    if (value !== undefined && !isEmpty(value)) flags.set(key, value);
  }
  if (!out.cache) flags.set('cache', false);
  if (out.persist) flags.set('persist', true);
  for (const [key, value] of out.plot) flags.set(key, value);
  if (out.remote !== undefined) flags.set('remote', out.remote);
  if (!out.push) flags.set('push', false);
  return flags.size === 0 ? out.path : new Map([[out.path, flags]]);
}

/** Keys of params.yaml first, then files with theirs. */
function paramsItems(params: readonly ParamsDependency[]): Value[] {
  const plain: Value[] = [];
  const files: Value[] = [];
  for (const { path, keys } of params.toSorted((a, b) => compareCodePoints(a.path, b.path))) {
    const sorted = keys.toSorted(compareCodePoints);
    if (sorted.length > 0 && path === defaultParamsFile) plain.push(...sorted);
    else files.push(new Map([[path, sorted.length > 0 ? sorted : null]]));
  }
  return [...plain, ...files];
}
