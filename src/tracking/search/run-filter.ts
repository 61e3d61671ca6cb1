import type { Capabilities, SqlValue } from '../../backends/db/port.ts';
import { invalid } from '../limits.ts';
import { placeholders } from '../rows.ts';
import { parseFilter, type Clause } from './filter.ts';
import {
  checkComparator,
  isTime,
  numberOf,
  numericComparators,
  resolveRunKey,
  shown,
  textComparators,
  type RunKey,
} from './run-identifiers.ts';
import { comparison, comparisonOfBeginning, type Sql } from './sql.ts';

/** Where a search looks. */
export interface Within {
  readonly workspaceId: number;
  readonly experimentIds: readonly number[];
}

export interface RunCondition extends Sql {
  /** The `run_key`s of the runs that can meet it, from an index; absent where no index knows. */
  readonly candidates?: (within: Within) => Sql;
  /** The metric that it compares, and the comparison said of a row of `metric_series` that is read anyway. */
  readonly metric?: { readonly name: string; readonly on: (alias: string) => Sql };
}

/**
 * The conditions of a search for runs, over the row `r` of `runs`. A run without the metric, param, tag or dataset matches no
 * comparison with it, `!=` included.
 */
export function runConditions(filter: string, capabilities: Capabilities): RunCondition[] {
  return parseFilter(filter).map((clause) => condition(clause, resolveRunKey(clause, 'filter'), capabilities));
}

function condition(clause: Clause, { entity, key }: RunKey, capabilities: Capabilities): RunCondition {
  if (clause.value.kind === 'none') return presence(clause, entity, key);
  switch (entity) {
    case 'metric':
      return metricCondition(clause, key);
    case 'parameter':
      return valueCondition(clause, entity, 'run_params', key, capabilities);
    case 'tag':
      return valueCondition(clause, entity, 'run_tags', key, capabilities);
    case 'dataset':
      return datasetCondition(clause, key, capabilities);
    case 'attribute':
      return attributeCondition(clause, key, capabilities);
  }
}

function presence(clause: Clause, entity: RunKey['entity'], key: string): RunCondition {
  if (entity !== 'tag' && entity !== 'parameter') {
    throw invalid(`IS NULL / IS NOT NULL is only supported for tags and params, not for '${entity}' '${clause.key}'`);
  }
  const table = entity === 'tag' ? 'run_tags' : 'run_params';
  const absent = clause.comparator === 'IS NULL';
  const text = `${absent ? 'not ' : ''}exists (select 1 from ${table} v where v.run_key = r.run_key and v.name = ?)`;
  if (absent) return { text, values: [key] };
  return { text, values: [key], candidates: () => ({ text: `select v.run_key from ${table} v where v.name = ?`, values: [key] }) };
}

/** Comparisons with NaN are false, save `!=`. */
function metricCondition(clause: Clause, key: string): RunCondition {
  if (clause.value.kind !== 'number') throw invalid(`Expected numeric value type for metric. Found ${shown(clause)}`);
  checkComparator(clause.comparator, numericComparators);
  const value = Number(clause.value.text);
  const unequal = clause.comparator === '!=';
  const compared = unequal ? '(m.value <> ? or m.is_nan = 1)' : `m.value ${clause.comparator} ? and m.is_nan = 0`;
  const condition: Sql = {
    text: `exists (select 1 from metric_series m where m.run_key = r.run_key and m.name = ? and ${compared})`,
    values: [key, value],
  };
  if (unequal) return condition;
  return {
    ...condition,
    candidates: ({ experimentIds }) => ({
      text: `select m.run_key from metric_series m where m.experiment_id in (${placeholders(experimentIds.length)}) and m.name = ? and ${compared}`,
      values: [...experimentIds, key, value],
    }),
    metric: { name: key, on: (alias) => ({ text: `${alias}.value ${clause.comparator} ?`, values: [value] }) },
  };
}

function textOf(clause: Clause, what: string): string {
  const { value } = clause;
  if (value.kind === 'text') return value.value;
  if (value.kind === 'word') {
    throw invalid(
      `Parameter value is either not quoted or unidentified quote types used for string value ${value.text}. Use either single or double quotes.`,
    );
  }
  throw invalid(`Expected a quoted string value for ${what}. Got value ${shown(clause)}`);
}

function valueCondition(
  clause: Clause,
  entity: string,
  table: 'run_params' | 'run_tags',
  key: string,
  capabilities: Capabilities,
): RunCondition {
  const value = textOf(clause, `${entity} (e.g. 'my-value')`);
  checkComparator(clause.comparator, textComparators);
  const compared = comparison(capabilities, 'v.value', clause.comparator, value);
  const condition: Sql = {
    text: `exists (select 1 from ${table} v where v.run_key = r.run_key and v.name = ? and ${compared.text})`,
    values: [key, ...compared.values],
  };
  const indexed = comparisonOfBeginning(capabilities, 'v.value', clause.comparator, value);
  if (indexed === undefined) return condition;
  return {
    ...condition,
    candidates: () => ({
      text: `select v.run_key from ${table} v where v.name = ? and ${indexed.text}`,
      values: [key, ...indexed.values],
    }),
  };
}

function datasetCondition(clause: Clause, key: string, capabilities: Capabilities): RunCondition {
  const value: SqlValue | readonly string[] = clause.value.kind === 'list' ? clause.value.values : textOf(clause, 'dataset attributes');
  checkComparator(clause.comparator, [...textComparators, 'IN', 'NOT IN']);
  const context = key === 'context';
  const compared = comparison(capabilities, context ? 't.value' : `d.${key}`, clause.comparator, value);
  const tables = context
    ? "dataset_input_tags t where t.run_key = r.run_key and t.name = 'mlflow.data.context'"
    : 'dataset_inputs i join datasets d on d.dataset_key = i.dataset_key where i.run_key = r.run_key';
  const condition: Sql = { text: `exists (select 1 from ${tables} and ${compared.text})`, values: compared.values };
  if (context) return condition;
  return {
    ...condition,
    candidates: ({ workspaceId, experimentIds }) => ({
      text: `select distinct i.run_key from datasets d join dataset_inputs i on i.dataset_key = d.dataset_key
        where d.workspace_id = ? and d.experiment_id in (${placeholders(experimentIds.length)}) and ${compared.text}`,
      values: [workspaceId, ...experimentIds, ...compared.values],
    }),
  };
}

function attributeCondition(clause: Clause, column: string, capabilities: Capabilities): RunCondition {
  if (isTime(column)) {
    if (clause.value.kind !== 'number') {
      throw invalid(`Expected numeric value type for numeric attribute: ${clause.key}. Found ${shown(clause)}`);
    }
    checkComparator(clause.comparator, numericComparators);
    const compared = timeComparison(clause.comparator, `r.${column}`, clause.value.text);
    return clause.comparator === '!=' ? compared : { ...compared, candidates: ofExperiments(compared) };
  }
  if (clause.value.kind === 'list') {
    if (column !== 'run_id') throw invalid("Only ['run_id'] attributes support comparison with a list of quoted string values.");
    checkComparator(clause.comparator, ['IN', 'NOT IN']);
    return byRunId(comparison(capabilities, 'r.run_id', clause.comparator, clause.value.values), clause.comparator);
  }
  const value = textOf(clause, 'attributes');
  checkComparator(clause.comparator, [...textComparators, 'IN', 'NOT IN']);
  if (clause.comparator.endsWith('IN'))
    throw invalid('While parsing a list in the query, expected a non-empty list of string values, but got ill-formed list.');
  const compared = comparison(capabilities, `r.${column}`, clause.comparator, value);
  if (column === 'run_id') return byRunId(compared, clause.comparator);
  if (column === 'status' && clause.comparator === '=') return { ...compared, candidates: ofExperiments(compared) };
  const indexed = column === 'name' ? comparisonOfBeginning(capabilities, 'r.name', clause.comparator, value) : undefined;
  return indexed === undefined ? compared : { ...compared, candidates: ofExperiments(indexed) };
}

function ofExperiments(compared: Sql): (within: Within) => Sql {
  return ({ experimentIds }) => ({
    text: `select r.run_key from runs r where r.experiment_id in (${placeholders(experimentIds.length)}) and ${compared.text}`,
    values: [...experimentIds, ...compared.values],
  });
}

function byRunId(compared: Sql, comparator: string): RunCondition {
  if (comparator !== '=' && comparator !== 'IN') return compared;
  return {
    ...compared,
    candidates: ({ workspaceId }) => ({
      text: `select r.run_key from runs r where r.workspace_id = ? and ${compared.text}`,
      values: [workspaceId, ...compared.values],
    }),
  };
}

const int64Limit = 2n ** 63n;

/** Times are integers of 64 bits; a constant that is none compares as the double it is. */
function timeComparison(comparator: string, column: string, text: string): Sql {
  const value = numberOf(text);
  const fits = typeof value === 'bigint' ? value < int64Limit && value >= -int64Limit : Number.isInteger(value);
  const operator = comparator === '!=' ? '<>' : comparator;
  if (fits) return { text: `${column} ${operator} ?`, values: [value] };
  return { text: `cast(${column} as double precision) ${operator} ?`, values: [Number(value)] };
}
