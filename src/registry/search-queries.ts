import type { Scope } from '../access/index.ts';
import { defineRead, type Capabilities, type SqlValue } from '../backends/db/port.ts';
import { parseFilter, parseOrder, searchableModels, searchableVersions, type Clause, type Searchable } from './filter.ts';
import type { ModelVersion, Page, RegisteredModel } from './model.ts';
import { matchOfPromptFilter } from './names.ts';
import { afterRow, orderBy, readToken, writeToken, type SortColumn } from './page.ts';
import { readModels, readVersions, selectVersions, type ModelRow, type VersionRow } from './rows.ts';
import type { RegistryTables } from './tables.ts';

export interface Search {
  readonly scope: Scope;
  readonly filter: string;
  readonly orderBy: readonly string[];
  readonly maxResults: number;
  readonly pageToken: string;
}

/** A page holds no more, whatever is asked for: MLflow's client follows the token and gets the rest. */
const versionsInPage = 10_000;

const modelColumns: Readonly<Record<string, string>> = {
  name: 'm.name',
  timestamp: 'm.updated_at',
  last_updated_timestamp: 'm.updated_at',
  creation_timestamp: 'm.created_at',
};

const versionColumns: Readonly<Record<string, string>> = {
  name: 'm.name',
  version_number: 'v.version',
  run_id: 'v.run_id',
  source_path: 'v.source',
  creation_timestamp: 'v.created_at',
  last_updated_timestamp: 'v.updated_at',
};

/** @throws INVALID_PARAMETER_VALUE for a filter, order or token that cannot be read */
export const searchModels = defineRead<RegistryTables, Search, Page<RegisteredModel>>('registry.searchModels', async (tx, search) => {
  const sort = sortColumns(search, searchableModels, modelColumns, [['name', true]]);
  const page = await readPage<ModelRow>(tx, search, {
    select: `select m.workspace_id, m.id, m.name, m.created_at, m.updated_at, m.description from registered_models m where m.workspace_id = ?`,
    clauses: parseFilter(search.filter, searchableModels),
    columns: modelColumns,
    tagTable: 'registered_model_tags t where t.registered_model_id = m.id',
    sort,
    valuesOf: (row) =>
      sort.map(({ column }) => ({ 'm.name': row.name, 'm.updated_at': row.updated_at, 'm.created_at': row.created_at })[column]!),
  });
  return { items: await readModels(tx, search.scope, page.items), nextPageToken: page.nextPageToken };
});

/** @throws INVALID_PARAMETER_VALUE for a filter, order or token that cannot be read */
export const searchVersions = defineRead<RegistryTables, Search, Page<ModelVersion>>('registry.searchVersions', async (tx, search) => {
  const natural: [string, boolean][] = [
    ...(search.orderBy.length === 0 ? ([['last_updated_timestamp', false]] as [string, boolean][]) : []),
    ['name', true],
    ['version_number', false],
  ];
  const sort = sortColumns(search, searchableVersions, versionColumns, natural);
  const page = await readPage<VersionRow>(
    tx,
    { ...search, maxResults: Math.min(search.maxResults, versionsInPage) },
    {
      select: selectVersions,
      clauses: parseFilter(search.filter, searchableVersions),
      columns: versionColumns,
      tagTable: 'model_version_tags t where t.registered_model_id = v.registered_model_id and t.version = v.version',
      sort,
      valuesOf: (row) =>
        sort.map(
          ({ column }) =>
            ({ 'm.name': row.name, 'v.version': row.version, 'v.created_at': row.created_at, 'v.updated_at': row.updated_at })[column]!,
        ),
    },
  );
  return { items: await readVersions(tx, page.items), nextPageToken: page.nextPageToken };
});

interface PageQuery<Row> {
  /** Up to and including the condition on the workspace, which is its one parameter. */
  readonly select: string;
  readonly clauses: readonly Clause[];
  readonly columns: Readonly<Record<string, string>>;
  /** `table t where …`: the tags of the row at hand. */
  readonly tagTable: string;
  readonly sort: readonly SortColumn[];
  readonly valuesOf: (row: Row) => (string | number)[];
}

async function readPage<Row>(
  tx: { readonly capabilities: Capabilities; statement<R>(sql: string): { all(...parameters: SqlValue[]): Promise<R[]> } },
  search: Search,
  query: PageQuery<Row>,
): Promise<Page<Row>> {
  const identity = [search.filter, search.orderBy];
  const conditions: string[] = [];
  const parameters: SqlValue[] = [search.scope.workspaceId];
  for (const clause of query.clauses) {
    const [condition, values] = conditionOf(clause, query, tx.capabilities);
    conditions.push(condition);
    parameters.push(...values);
  }
  if (search.pageToken !== '') {
    const [condition, values] = afterRow(query.sort, readToken(identity, query.sort, search.pageToken));
    conditions.push(condition);
    parameters.push(...values);
  }
  const where = conditions.map((condition) => ` and ${condition}`).join('');
  // One row more than the page tells whether there is a next one.
  const rows = await tx
    .statement<Row>(`${query.select}${where} order by ${orderBy(query.sort)} limit ?`)
    .all(...parameters, search.maxResults + 1);
  if (rows.length <= search.maxResults) return { items: rows, nextPageToken: undefined };
  const items = rows.slice(0, search.maxResults);
  return { items, nextPageToken: writeToken(identity, query.valuesOf(items.at(-1)!)) };
}

function sortColumns(
  search: Search,
  searchable: Searchable,
  columns: Readonly<Record<string, string>>,
  natural: readonly (readonly [string, boolean])[],
): SortColumn[] {
  const sort: SortColumn[] = parseOrder(search.orderBy, searchable).map(({ key, ascending }) => ({ column: columns[key]!, ascending }));
  for (const [key, ascending] of natural) {
    const column = columns[key]!;
    if (!sort.some((known) => known.column === column)) sort.push({ column, ascending });
  }
  return sort;
}

function conditionOf(
  clause: Clause,
  query: Pick<PageQuery<never>, 'columns' | 'tagTable'>,
  capabilities: Capabilities,
): [string, SqlValue[]] {
  const { key, comparator, value } = clause;
  if (clause.entity === 'tag') {
    const prompts = matchOfPromptFilter(key, comparator, String(value));
    if (prompts !== undefined) return [prompts === 'all' ? '1 = 1' : '1 = 0', []];
    return [
      `exists (select 1 from ${query.tagTable} and t.key = ? and ${comparison('t.value', comparator, capabilities)})`,
      [key, String(value)],
    ];
  }
  const column = query.columns[key]!;
  if (typeof value === 'object') return [`${column} ${comparator} (${value.map(() => '?').join(', ')})`, [...value]];
  return [comparison(column, comparator, capabilities), [value]];
}

function comparison(column: string, comparator: string, capabilities: Capabilities): string {
  if (comparator === 'ILIKE') return capabilities.ilike(column, '?');
  if (comparator === 'LIKE') return capabilities.like(column, '?');
  return `${column} ${comparator} ?`;
}
