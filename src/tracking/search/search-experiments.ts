import type { Scope } from '../../access/index.ts';
import { defineRead, type Capabilities } from '../../backends/db/port.ts';
import type { Experiment, ViewType } from '../experiment.ts';
import { experimentColumns, withTags, type ExperimentRow } from '../experiment-queries.ts';
import { invalid } from '../limits.ts';
import type { Int64 } from '../run.ts';
import { parseFilter, parseOrdering, type Clause, type Identifier } from './filter.ts';
import { checkPageSize, checkSearchSize, readPage } from './paging.ts';
import { numberOf, numericComparators, pythonSet, shown, textComparators } from './run-identifiers.ts';
import { comparison, type OrderTerm, type Sql } from './sql.ts';

export interface ExperimentSearch {
  readonly scope: Scope;
  readonly filter: string;
  readonly view: ViewType;
  readonly orderBy: readonly string[];
  readonly limit: Int64;
  readonly pageToken: string | undefined;
}

const mostExperiments = 50_000;

/** Attribute as clients write it → column of `experiments`. */
const attributes = new Map([
  ['creation_time', 'created_at'],
  ['experiment_id', 'id'],
  ['last_update_time', 'updated_at'],
  ['name', 'name'],
]);

/** @throws INVALID_PARAMETER_VALUE for a filter, order, page size or token that cannot be read */
export const searchExperiments = defineRead<
  never,
  ExperimentSearch,
  { experiments: readonly Experiment[]; nextPageToken: string | undefined }
>('tracking.searchExperiments', async (tx, search) => {
  const limit = checkPageSize(search.limit, mostExperiments);
  checkSearchSize(search);
  const conditions: Sql[] = [{ text: 'e.workspace_id = ?', values: [search.scope.workspaceId] }];
  if (search.view !== 'ALL') conditions.push({ text: `e.deleted_at is ${search.view === 'ACTIVE_ONLY' ? '' : 'not '}null`, values: [] });
  for (const clause of parseFilter(search.filter)) conditions.push(condition(clause, tx.capabilities));
  const page = await readPage<ExperimentRow>(
    tx,
    {
      columns: experimentColumns
        .split(', ')
        .map((column) => `e.${column}`)
        .join(', '),
      from: { text: 'experiments e', values: [] },
      conditions,
      order: order(search.orderBy),
      orderKey: search.orderBy,
    },
    limit,
    search.pageToken,
  );
  return { experiments: await withTags(tx, page.rows), nextPageToken: page.nextPageToken };
});

function resolve(identifier: Identifier): { readonly tag: string } | { readonly column: string } {
  const { prefix, key } = identifier;
  if (prefix === 'tag' || prefix === 'tags') return { tag: key };
  if (prefix !== undefined && prefix !== 'attribute') {
    throw invalid(`Invalid entity type '${prefix}'. Valid entity types are ('attribute', 'tag', 'tags')`);
  }
  const column = attributes.get(key);
  if (column === undefined)
    throw invalid(`Invalid attribute key '${key}' specified. Valid keys are '${pythonSet([...attributes.keys()])}'`);
  return { column };
}

function condition(clause: Clause, capabilities: Capabilities): Sql {
  const target = resolve(clause);
  if ('tag' in target) return tagCondition(clause, target.tag, capabilities);
  if (clause.value.kind === 'none') {
    throw invalid(`IS NULL / IS NOT NULL is only supported for tags, not for 'attribute' '${clause.key}'`);
  }
  if (target.column === 'id') return idCondition(clause, capabilities);
  return target.column === 'name' ? nameCondition(clause, capabilities) : timeCondition(clause, target.column, capabilities);
}

function tagCondition(clause: Clause, name: string, capabilities: Capabilities): Sql {
  const tag = 'select 1 from experiment_tags t where t.experiment_id = e.id and t.name = ?';
  if (clause.value.kind === 'none') {
    return { text: `${clause.comparator === 'IS NULL' ? 'not ' : ''}exists (${tag})`, values: [name] };
  }
  if (clause.value.kind !== 'text') throw invalid(`Expected a quoted string value for tag (e.g. 'my-value'). Got value ${shown(clause)}`);
  if (!textComparators.includes(clause.comparator)) throw invalid(`Invalid comparator for tag: ${clause.comparator}`);
  const compared = comparison(capabilities, 't.value', clause.comparator, clause.value.value);
  return { text: `exists (${tag} and ${compared.text})`, values: [name, ...compared.values] };
}

function nameCondition(clause: Clause, capabilities: Capabilities): Sql {
  if (clause.value.kind === 'list')
    throw invalid("Only ['experiment_id'] attributes support comparison with a list of quoted string values.");
  if (clause.value.kind !== 'text') throw invalid(`Expected a quoted string value for attributes. Got value ${shown(clause)}`);
  if (!textComparators.includes(clause.comparator)) throw invalid(`Invalid comparator for string attribute: ${clause.comparator}`);
  return comparison(capabilities, 'e.name', clause.comparator, clause.value.value);
}

function timeCondition(clause: Clause, column: string, capabilities: Capabilities): Sql {
  if (clause.value.kind !== 'number') {
    throw invalid(`Expected numeric value type for numeric attribute: ${clause.key}. Found ${shown(clause)}`);
  }
  if (!numericComparators.includes(clause.comparator)) throw invalid(`Invalid comparator for numeric attribute: ${clause.comparator}`);
  const value = numberOf(clause.value.text);
  if (typeof value === 'number' && !Number.isInteger(value))
    throw invalid(`Invalid value for numeric attribute '${clause.key}': '${clause.value.text}'`);
  return comparison(capabilities, `e.${column}`, clause.comparator, Number(value));
}

function idCondition(clause: Clause, capabilities: Capabilities): Sql {
  const { value } = clause;
  if (value.kind === 'list' && (clause.comparator === 'IN' || clause.comparator === 'NOT IN')) {
    return { text: `e.id ${clause.comparator} (${value.values.map(() => '?').join(', ')})`, values: value.values.map(idOf) };
  }
  if (value.kind !== 'text') throw invalid(`Expected a quoted string value for attributes. Got value ${shown(clause)}`);
  if (clause.comparator !== '=' && clause.comparator !== '!=') throw invalid(`Invalid comparator for experiment_id: ${clause.comparator}`);
  return comparison(capabilities, 'e.id', clause.comparator, idOf(value.value));
}

function idOf(text: string): number {
  const id = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(id))
    throw invalid(`Invalid experiment ID '${text}'. Experiment ID must be a valid integer.`);
  return id;
}

/** Newest first where nothing is asked; the id breaks ties. */
function order(orderBy: readonly string[]): OrderTerm[] {
  const terms = orderBy.map((text) => {
    const ordering = parseOrdering(text);
    const target = resolve(ordering);
    if ('tag' in target) throw invalid('Invalid order_by entity: tag');
    return { expression: `e.${target.column}`, ascending: ordering.ascending };
  });
  if (terms.length === 0)
    return [
      { expression: 'e.created_at', ascending: false },
      { expression: 'e.id', ascending: true },
    ];
  if (!terms.some((term) => term.expression === 'e.id')) terms.push({ expression: 'e.id', ascending: false });
  return terms;
}
