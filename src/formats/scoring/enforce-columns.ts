import { nearestName } from '../../lib/nearest-name.ts';
import type { ColumnSpec, ColumnType, NestedType } from '../mlmodel/mlmodel.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { checkNested } from './check-nested.ts';
import { columnReaders } from './element.ts';
import { fillElements } from './fill-elements.ts';
import { Problems, show } from './problems.ts';
import type { Table } from './table.ts';

/** What a column of the signature is called where the signature names none: MLServer's rule. */
export function columnName(spec: ColumnSpec, index: number): string {
  return spec.name ?? `input-${index}`;
}

export interface EnforcedColumns {
  /** In the signature's order; without optional columns that did not come and without nested ones. */
  readonly tensors: readonly Tensor[];
  readonly rows: number;
  /** Some column has no form as a tensor: the model is given the request's own JSON. */
  readonly nested: boolean;
}

/** @throws INPUT_INVALID with every column and row that does not fit */
export function enforceColumns(specs: readonly ColumnSpec[], table: Table): EnforcedColumns {
  const problems = new Problems();
  const found = specs[0]?.name === undefined ? byPlace(specs, table, problems) : byName(specs, table, problems);
  if (table.rows === 0) problems.add(specs[0] === undefined ? 'rows' : columnName(specs[0], 0), 'at least one row', 'none');
  const tensors: Tensor[] = [];
  let nested = false;
  specs.forEach((spec, index) => {
    const values = found[index];
    if (values === undefined) return;
    const name = columnName(spec, index);
    if (typeof spec.type === 'string') {
      const tensor = enforceColumn(name, { ...spec, type: spec.type }, values, problems);
      if (tensor !== undefined) tensors.push(tensor);
    } else {
      nested = true;
      enforceNested(name, spec.type, spec.required, values, problems);
    }
  });
  problems.refuse();
  return { tensors, rows: table.rows, nested };
}

/** For how many strange columns the nearest is looked for. */
const namedLimit = 20;

type Found = readonly (readonly unknown[] | undefined)[];

function byName(specs: readonly ColumnSpec[], table: Table, problems: Problems): Found {
  const known = specs.map((spec) => spec.name!);
  if (table.names === undefined) {
    problems.add(
      'columns',
      `the names of the columns (${listed(known)}), in "columns" of dataframe_split or as keys`,
      'rows without names',
    );
    return [];
  }
  const places = new Map(table.names.map((name, index) => [name, index]));
  const missing = specs.filter((spec) => spec.required && !places.has(spec.name!));
  const knownSet = new Set(known);
  const extra = table.names.filter((name) => !knownSet.has(name));
  extra.forEach((name, index) => {
    const nearest = index < namedLimit ? nearestName(name, missing.length > 0 ? missing.map((spec) => spec.name!) : known) : undefined;
    const remedy = nearest === undefined ? `one of the columns ${listed(known)}` : `'${nearest}', the nearest column of the model`;
    problems.add(name, remedy, 'a column that the model does not have');
  });
  for (const spec of missing) problems.add(spec.name!, `a column of type ${nameOf(spec.type)}`, 'no such column');
  return specs.map((spec) => {
    const place = places.get(spec.name!);
    return place === undefined ? undefined : table.columns[place];
  });
}

function byPlace(specs: readonly ColumnSpec[], table: Table, problems: Problems): Found {
  if (table.columns.length === specs.length) return table.columns;
  problems.add('columns', `${specs.length} columns`, `${table.columns.length}`);
  return [];
}

function nameOf(type: ColumnType | NestedType): string {
  return typeof type === 'string' ? type : type.nested;
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 8).map((name) => `'${name}'`);
  return `${shown.join(', ')}${names.length > shown.length ? `, … (${names.length})` : ''}`;
}

function enforceColumn(
  name: string,
  spec: { readonly type: ColumnType; readonly required: boolean },
  values: readonly unknown[],
  problems: Problems,
): Tensor | undefined {
  const reader = columnReaders[spec.type];
  const holdsNull = !spec.required && reader.datatype === 'BYTES';
  // Where the type has no missing value, an optional column of nothing but nulls is one that did not come.
  const isAbsent = !spec.required && !holdsNull && !reader.takesNull;
  if (isAbsent && values.every((value) => value === undefined || value === null)) return undefined;
  // `NaT` is how MLflow's clients write a missing time.
  const isMissing = (value: unknown): boolean => value === undefined || (spec.type === 'datetime' && value === 'NaT');
  const given = spec.required ? values : values.map((value) => (isMissing(value) ? null : value));
  const missing: number[] = [];
  const data = fillElements(reader, given, (row, value) => {
    if (holdsNull && value === null) missing.push(row);
    else problems.add(name, reader.expected, show(value), row);
  });
  for (const row of missing) (data as unknown[])[row] = null;
  return { name, datatype: reader.datatype, shape: [values.length], data };
}

function enforceNested(name: string, type: NestedType, required: boolean, values: readonly unknown[], problems: Problems): void {
  values.forEach((value, row) => {
    if (value === undefined || value === null) {
      if (required && type.nested !== 'any') problems.add(name, `a value (${type.nested})`, show(value), row);
      return;
    }
    checkNested(type, value, (path, expected, got) => problems.add(`${name}${path}`, expected, got, row));
  });
}
