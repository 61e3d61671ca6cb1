import type { Scope } from '../../access/index.ts';
import { defineRead, type Capabilities, type SqlValue } from '../../backends/db/port.ts';
import { invalid } from '../limits.ts';
import type { LoggedModel } from '../logged-model.ts';
import { loggedModelColumns, withModelData, type LoggedModelRow } from '../logged-model-queries.ts';
import { placeholders } from '../rows.ts';
import type { Int64 } from '../run.ts';
import { parseFilter, type Clause } from './filter.ts';
import { checkSearchSize, readPage } from './paging.ts';
import { numericComparators, shown } from './run-identifiers.ts';
import { comparison, type OrderTerm, type Sql } from './sql.ts';

export interface ModelOrdering {
  readonly field: string;
  readonly ascending: boolean;
  readonly datasetName: string | undefined;
  readonly datasetDigest: string | undefined;
}

export interface LoggedModelSearch {
  readonly scope: Scope;
  readonly experimentIds: readonly number[];
  readonly filter: string;
  /** Metrics count only where they were measured on one of these. */
  readonly datasets: readonly { readonly name: string; readonly digest: string | undefined }[];
  readonly orderBy: readonly ModelOrdering[];
  readonly limit: Int64;
  readonly pageToken: string | undefined;
}

const mostModels = 1000;

/** Attribute as clients write it → column of `logged_models`. */
const attributes = new Map([
  ['name', 'name'],
  ['model_id', 'model_id'],
  ['model_type', 'model_type'],
  ['status', 'status'],
  ['source_run_id', 'source_run_id'],
  ['creation_timestamp', 'created_at'],
  ['creation_timestamp_ms', 'created_at'],
  ['creation_time', 'created_at'],
  ['last_updated_timestamp', 'updated_at'],
  ['last_updated_timestamp_ms', 'updated_at'],
  ['last_updated_time', 'updated_at'],
]);
const times = new Set(['created_at', 'updated_at']);
const nullable = new Set(['model_type', 'source_run_id']);
const textComparators = ['=', '!=', 'LIKE', 'ILIKE', 'IN', 'NOT IN'];

/** @throws INVALID_PARAMETER_VALUE for a filter, order, page size or token that cannot be read */
export const searchLoggedModels = defineRead<
  never,
  LoggedModelSearch,
  { models: readonly LoggedModel[]; nextPageToken: string | undefined }
>('tracking.searchLoggedModels', async (tx, search) => {
  if (search.limit < 1) throw invalid(`Invalid value ${search.limit} for parameter 'max_results' supplied. It must be a positive integer`);
  const limit = Math.min(Number(search.limit), mostModels);
  checkSearchSize(search);
  const clauses = parseFilter(search.filter);
  const onDatasets = datasetCondition(search.datasets);
  const conditions: Sql[] = clauses.map((clause) => condition(clause, onDatasets, tx.capabilities));
  if (onDatasets !== undefined && !clauses.some((clause) => clause.prefix === 'metrics')) {
    conditions.push({
      text: `exists (select 1 from logged_model_metrics m where m.model_key = l.model_key and ${onDatasets.text})`,
      values: onDatasets.values,
    });
  }
  const order = modelOrder(search.orderBy);
  if (search.experimentIds.length === 0) return { models: [], nextPageToken: undefined };
  const page = await readPage<LoggedModelRow>(
    tx,
    {
      columns: loggedModelColumns('l.'),
      from: { text: `logged_models l ${order.joins}`, values: order.values },
      conditions: [
        { text: `l.experiment_id in (${placeholders(search.experimentIds.length)})`, values: search.experimentIds },
        { text: '+l.workspace_id = ?', values: [search.scope.workspaceId] },
        { text: 'l.deleted_at is null', values: [] },
        ...conditions,
      ],
      order: order.terms,
      orderKey: [search.filter, JSON.stringify(search.experimentIds), JSON.stringify(search.orderBy)],
    },
    limit,
    search.pageToken,
  );
  return { models: await withModelData(tx, page.rows), nextPageToken: page.nextPageToken };
});

function datasetCondition(datasets: LoggedModelSearch['datasets']): Sql | undefined {
  if (datasets.length === 0) return undefined;
  const each = datasets.map(({ digest }) =>
    digest === undefined ? 'm.dataset_name = ?' : '(m.dataset_name = ? and m.dataset_digest = ?)',
  );
  return {
    text: `(${each.join(' or ')})`,
    values: datasets.flatMap(({ name, digest }) => (digest === undefined ? [name] : [name, digest])),
  };
}

function condition(clause: Clause, onDatasets: Sql | undefined, capabilities: Capabilities): Sql {
  switch (clause.prefix) {
    case 'metrics':
      return metricCondition(clause, onDatasets);
    case 'params':
      return valueCondition(clause, 'logged_model_params', capabilities);
    case 'tags':
      return valueCondition(clause, 'logged_model_tags', capabilities);
    case 'attributes':
    case undefined:
      return attributeCondition(clause, capabilities);
    default:
      throw invalid(`Invalid entity type: '${clause.prefix}'. Expected one of ['attributes', 'metrics', 'params', 'tags'].`);
  }
}

function checkOperator(clause: Clause, allowed: readonly string[]): void {
  if (allowed.includes(clause.comparator)) return;
  const entity = `${clause.prefix ?? 'attributes'}.${clause.key}`;
  const list = allowed.map((item) => `'${item}'`).join(', ');
  throw invalid(`Invalid comparison operator for ${entity}: '${clause.comparator}'. Expected one of (${list}).`);
}

function numberIn(clause: Clause): number {
  if (clause.value.kind !== 'number')
    throw invalid(`Expected a number for ${clause.prefix ?? 'attributes'}.${clause.key}. Found ${shown(clause)}`);
  return Number(clause.value.text);
}

/** Here MLflow takes texts without quotes too: its own example of a filter is `params.lr = 0.01`. */
function textIn(clause: Clause): SqlValue | readonly string[] {
  const { value } = clause;
  const listed = clause.comparator.endsWith('IN');
  if (value.kind === 'list' && listed) return value.values;
  if (value.kind === 'text' && !listed) return value.value;
  if ((value.kind === 'number' || value.kind === 'word') && !listed) return value.text;
  throw invalid(`Expected a quoted string value for ${clause.prefix ?? 'attributes'}.${clause.key}. Got value ${shown(clause)}`);
}

function metricCondition(clause: Clause, onDatasets: Sql | undefined): Sql {
  checkOperator(clause, numericComparators);
  const compared = clause.comparator === '!=' ? '(m.value <> ? or m.is_nan = 1)' : `m.value ${clause.comparator} ? and m.is_nan = 0`;
  return {
    text: `exists (select 1 from logged_model_metrics m where m.model_key = l.model_key and m.name = ? and ${compared}${onDatasets === undefined ? '' : ` and ${onDatasets.text}`})`,
    values: [clause.key, numberIn(clause), ...(onDatasets?.values ?? [])],
  };
}

function valueCondition(clause: Clause, table: 'logged_model_params' | 'logged_model_tags', capabilities: Capabilities): Sql {
  checkOperator(clause, textComparators);
  const compared = comparison(capabilities, 'v.value', clause.comparator, textIn(clause));
  return {
    text: `exists (select 1 from ${table} v where v.model_key = l.model_key and v.name = ? and ${compared.text})`,
    values: [clause.key, ...compared.values],
  };
}

function attributeCondition(clause: Clause, capabilities: Capabilities): Sql {
  const column = attributes.get(clause.key);
  if (column === undefined)
    throw invalid(
      `Invalid attribute key '${clause.key}' specified. Valid keys are [${[...attributes.keys()].map((key) => `'${key}'`).join(', ')}]`,
    );
  if (times.has(column)) {
    checkOperator(clause, numericComparators);
    return comparison(capabilities, `l.${column}`, clause.comparator, numberIn(clause));
  }
  checkOperator(clause, textComparators);
  const value = textIn(clause);
  if (column !== 'status') return comparison(capabilities, `l.${column}`, clause.comparator, value);
  return comparison(capabilities, "replace(l.status, 'LOGGED_MODEL_', '')", clause.comparator, value);
}

/** What is missing comes last; then newest first, then by id. A metric counts with its newest point. */
function modelOrder(orderings: readonly ModelOrdering[]): { terms: OrderTerm[]; joins: string; values: SqlValue[] } {
  const terms: OrderTerm[] = [];
  const joins: string[] = [];
  const values: SqlValue[] = [];
  for (const [index, { field, ascending, datasetName, datasetDigest }] of orderings.entries()) {
    const dot = field.indexOf('.');
    if (dot === -1) {
      const column = attributes.get(field.trim());
      if (column === undefined) throw invalid(`Invalid order by field name: ${field}`);
      if (nullable.has(column)) terms.push({ expression: `case when l.${column} is null then 1 else 0 end`, ascending: true });
      terms.push({ expression: `l.${column}`, ascending });
      continue;
    }
    if (field.slice(0, dot) !== 'metrics') throw invalid(`Invalid order by field name: ${field}. Only metrics are supported.`);
    const alias = `o${index}`;
    const narrowed = `${datasetName === undefined ? '' : ' and dataset_name = ?'}${datasetDigest === undefined ? '' : ' and dataset_digest = ?'}`;
    joins.push(
      `left join (select model_key, value, is_nan,
         row_number() over (partition by model_key order by logged_at desc, step desc, run_id) as place
         from logged_model_metrics where name = ?${narrowed}) ${alias} on ${alias}.model_key = l.model_key and ${alias}.place = 1`,
    );
    values.push(
      field.slice(dot + 1).replace(/^[`"](.*)[`"]$/, '$1'),
      ...[datasetName, datasetDigest].filter((value) => value !== undefined),
    );
    terms.push({ expression: `case when ${alias}.value is null then 2 when ${alias}.is_nan = 1 then 1 else 0 end`, ascending: true });
    terms.push({ expression: `${alias}.value`, ascending });
  }
  if (!terms.some((term) => term.expression === 'l.created_at')) terms.push({ expression: 'l.created_at', ascending: false });
  if (!terms.some((term) => term.expression === 'l.model_id')) terms.push({ expression: 'l.model_id', ascending: true });
  return { terms, joins: joins.join(' '), values };
}
