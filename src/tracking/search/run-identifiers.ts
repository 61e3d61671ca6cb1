import { invalid } from '../limits.ts';
import type { Clause, Identifier } from './filter.ts';

export type RunEntity = 'metric' | 'parameter' | 'tag' | 'attribute' | 'dataset';

const entities = new Map<string, RunEntity>([
  ['metric', 'metric'],
  ['metrics', 'metric'],
  ['parameter', 'parameter'],
  ['parameters', 'parameter'],
  ['param', 'parameter'],
  ['params', 'parameter'],
  ['tag', 'tag'],
  ['tags', 'tag'],
  ['attribute', 'attribute'],
  ['attributes', 'attribute'],
  ['attr', 'attribute'],
  ['run', 'attribute'],
  ['dataset', 'dataset'],
  ['datasets', 'dataset'],
]);

/** Attribute as clients write it → column of `runs`. */
const searchable = new Map<string, string>([
  ['artifact_uri', 'artifact_uri'],
  ['created', 'started_at'],
  ['Created', 'started_at'],
  ['end_time', 'ended_at'],
  ['run_id', 'run_id'],
  ['run_name', 'name'],
  ['run name', 'name'],
  ['Run name', 'name'],
  ['Run Name', 'name'],
  ['start_time', 'started_at'],
  ['status', 'status'],
  ['user_id', 'user_id'],
]);
const orderable = new Map([...searchable].filter(([key]) => !key.toLowerCase().startsWith('run name')));

const datasetKeys = ['context', 'digest', 'name'];

export interface RunKey {
  readonly entity: RunEntity;
  /** Of an attribute the column, of the others the name. */
  readonly key: string;
}

/** @throws INVALID_PARAMETER_VALUE for an entity or attribute that runs do not have */
export function resolveRunKey(identifier: Identifier, use: 'filter' | 'order'): RunKey {
  const entity = identifier.prefix === undefined ? 'attribute' : entities.get(identifier.prefix);
  if (entity === undefined) {
    throw invalid(`Invalid entity type '${identifier.prefix}'. Valid values are ['metric', 'parameter', 'tag', 'attribute', 'dataset']`);
  }
  if (entity === 'attribute') {
    const attributes = use === 'filter' ? searchable : orderable;
    const column = attributes.get(identifier.key);
    if (column === undefined) {
      throw invalid(`Invalid attribute key '${identifier.key}' specified. Valid keys are '${pythonSet([...attributes.keys()])}'`);
    }
    return { entity, key: column };
  }
  if (entity === 'dataset' && !datasetKeys.includes(identifier.key)) {
    throw invalid(`Invalid dataset key '${identifier.key}' specified. Valid keys are '${pythonSet(datasetKeys)}'`);
  }
  return { entity, key: identifier.key };
}

export function isTime(column: string): boolean {
  return column === 'started_at' || column === 'ended_at';
}

export function pythonSet(items: readonly string[]): string {
  return `{${items
    .toSorted()
    .map((item) => `'${item}'`)
    .join(', ')}}`;
}

export const numericComparators = ['!=', '<', '<=', '=', '>', '>='];
export const textComparators = ['!=', '=', 'ILIKE', 'LIKE'];

export function checkComparator(comparator: string, allowed: readonly string[]): void {
  if (!allowed.includes(comparator)) throw invalid(`Invalid comparator '${comparator}' not one of '${pythonSet(allowed)}'`);
}

/** The text on the right side of a clause, as written: for messages. */
export function shown(clause: Clause): string {
  const { value } = clause;
  if (value.kind === 'text') return `'${value.value}'`;
  if (value.kind === 'list') return `(${value.values.map((item) => `'${item}'`).join(', ')})`;
  return value.kind === 'none' ? '' : value.text;
}

export function numberOf(text: string): number | bigint {
  const number = Number(text);
  return /^[+-]?\d+$/.test(text) && !Number.isSafeInteger(number) ? BigInt(text) : number;
}
